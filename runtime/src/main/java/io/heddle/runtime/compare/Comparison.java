package io.heddle.runtime.compare;

import io.heddle.runtime.mode.Mode;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A step in all modes.
 *
 * @param modes what each says
 * @param differences between each mode and the next coarser one
 */
public record Comparison(Map<Mode, ModeResult> modes, List<Difference> differences) {
  public Comparison {
    modes = Collections.unmodifiableMap(new LinkedHashMap<>(modes));
    differences = List.copyOf(differences);
  }
}
