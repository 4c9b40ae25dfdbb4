package io.heddle.runtime.compare;

import io.heddle.runtime.mode.Mode;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * By how much a step is longer in one mode than in another, and what makes it so.
 *
 * @param nanos the iteration time in mode {@code from} less that in mode {@code to}
 * @param effects the share of each effect, ns, in the order in which they were switched off
 */
public record Difference(Mode from, Mode to, long nanos, Map<Effect, Long> effects) {
  public Difference {
    effects = Collections.unmodifiableMap(new LinkedHashMap<>(effects));
  }

  /** What is left when all effects are switched off, ns. */
  public long notExplained() {
    return nanos - effects.values().stream().mapToLong(Long::longValue).sum();
  }
}
