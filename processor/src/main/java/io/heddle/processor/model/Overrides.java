package io.heddle.processor.model;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What replaces that of the file.
 *
 * @param values by name: axes, parameters, {@code batch}, {@code micro_batch}, {@code chunks}
 * @param schedule of the pipeline
 */
public record Overrides(Map<String, Long> values, Optional<ScheduleKind> schedule) {
  /** Nothing replaced. */
  public static final Overrides NONE = new Overrides(Map.of());

  public Overrides {
    values = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(values));
  }

  /** The plan with the words that are replaced; numbers follow when it is evaluated. */
  public Plan applyTo(Plan plan) {
    return schedule.map(plan::scheduled).orElse(plan);
  }

  /** Replaces numbers alone. */
  public Overrides(Map<String, Long> values) {
    this(values, Optional.empty());
  }
}
