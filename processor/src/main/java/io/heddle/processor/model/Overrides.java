package io.heddle.processor.model;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Values that replace those of the file: axes, parameters, {@code batch}, {@code micro_batch}.
 *
 * @param values by name
 */
public record Overrides(Map<String, Long> values) {
  /** Nothing replaced. */
  public static final Overrides NONE = new Overrides(Map.of());

  public Overrides {
    values = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(values));
  }
}
