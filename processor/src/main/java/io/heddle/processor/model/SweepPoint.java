package io.heddle.processor.model;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One point of a sweep.
 *
 * @param values everything that was chosen or follows from it, as text, in the order of the sweep
 * @param changes that make the point of the plan that the sweep varies
 */
public record SweepPoint(Map<String, String> values, PlanChanges changes) {
  public SweepPoint {
    values = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(values));
  }

  /** Such as {@code tp = 4, pp = 2}. */
  @Override
  public String toString() {
    return String.join(
        ", ",
        values.entrySet().stream()
            .map(value -> value.getKey() + " = " + value.getValue())
            .toList());
  }
}
