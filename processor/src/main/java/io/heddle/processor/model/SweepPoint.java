package io.heddle.processor.model;

import io.heddle.processor.model.Sweep.Alternative;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One point of a sweep.
 *
 * @param values everything that was chosen or follows from it, as text, in the order of the sweep
 * @param numbers those of them that are numbers
 * @param lines of the plan that replace those of the base
 */
public record SweepPoint(
    Map<String, String> values, Map<String, Long> numbers, List<Alternative> lines) {
  public SweepPoint {
    values = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(values));
    numbers = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(numbers));
    lines = List.copyOf(lines);
  }

  /** The numbers in place of those of the plan. */
  public Overrides overrides() {
    return new Overrides(numbers);
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
