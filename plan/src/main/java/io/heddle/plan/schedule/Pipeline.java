package io.heddle.plan.schedule;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The numbers that a schedule is laid out for.
 *
 * @param stages at least 1
 * @param microBatches of one replica in one step, at least 1
 * @param chunks of layers on each stage, at least 1
 * @param settings that the plan gives its schedule, by name
 */
public record Pipeline(int stages, int microBatches, int chunks, Map<String, Integer> settings) {
  public Pipeline {
    if (stages < 1 || microBatches < 1 || chunks < 1) {
      throw new IllegalArgumentException(
          "%d stages, %d micro-batches, %d chunks".formatted(stages, microBatches, chunks));
    }
    settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
  }

  /** Without settings. */
  public Pipeline(int stages, int microBatches, int chunks) {
    this(stages, microBatches, chunks, Map.of());
  }

  /** The same with another number of micro-batches. */
  public Pipeline with(int otherMicroBatches) {
    return new Pipeline(stages, otherMicroBatches, chunks, settings);
  }

  /** Value of a setting, or another where the plan gives none. */
  public int setting(String setting, int otherwise) {
    return settings.getOrDefault(setting, otherwise);
  }

  /** Passes of one kind through one stage: each micro-batch through each chunk. */
  public int passes() {
    return Math.multiplyExact(microBatches, chunks);
  }
}
