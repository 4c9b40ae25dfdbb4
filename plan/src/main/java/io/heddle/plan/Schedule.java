package io.heddle.plan;

import io.heddle.plan.schedule.Pipeline;
import io.heddle.plan.schedule.PipelineSchedule;
import io.heddle.plan.schedule.Setting;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The pipeline schedule of a plan, as the plan writes it.
 *
 * @param name as {@link PipelineSchedule#named} knows it
 * @param settings that the plan gives, by name
 * @param forwardOnly whether nothing is trained, so that there are no backward passes
 */
@io.heddle.plan.marker.Api
public record Schedule(String name, Map<String, Integer> settings, boolean forwardOnly) {
  /** One chunk on each stage is the same as none given. */
  public Schedule {
    Map<String, Integer> given = new LinkedHashMap<>(settings);
    given.remove(Setting.CHUNKS, 1);
    settings = Collections.unmodifiableMap(given);
  }

  /** Of a training step. */
  public Schedule(String name, Map<String, Integer> settings) {
    this(name, settings, false);
  }

  /**
   * With chunks of layers on each stage as the plan gives them.
   *
   * @param chunks at least 1, which is the same as none given
   */
  public Schedule(String name, int chunks) {
    this(name, Map.of(Setting.CHUNKS, chunks));
  }

  /** Without settings. */
  public static Schedule of(String name) {
    return new Schedule(name, Map.of());
  }

  /** The same with a setting. */
  public Schedule with(String setting, int value) {
    Map<String, Integer> more = new LinkedHashMap<>(settings);
    more.put(setting, value);
    return new Schedule(name, more, forwardOnly);
  }

  /** The same without backward passes. */
  public Schedule withoutBackward() {
    return new Schedule(name, settings, true);
  }

  /** Value of a setting, or another where the plan gives none. */
  public int setting(String setting, int otherwise) {
    return settings.getOrDefault(setting, otherwise);
  }

  /** Chunks of layers on each stage: the plan's choice or the schedule's own number. */
  public int chunks() {
    return PipelineSchedule.named(name)
        .map(schedule -> schedule.chunks(settings))
        .orElseGet(() -> setting(Setting.CHUNKS, 1));
  }

  /** Chunks of each of so many stages: those of a single one follow each other and are one. */
  public int chunksOn(int stages) {
    return stages == 1 ? 1 : chunks();
  }

  /** The numbers that the schedule is laid out for. */
  public Pipeline pipeline(int stages, int microBatches) {
    return new Pipeline(stages, microBatches, chunksOn(stages), settings);
  }

  /**
   * The rules of the schedule.
   *
   * @throws IllegalArgumentException if there is none of this name
   */
  public PipelineSchedule rules() {
    PipelineSchedule rules =
        PipelineSchedule.named(name)
            .orElseThrow(() -> new IllegalArgumentException("no schedule " + name));
    return forwardOnly ? rules.withoutBackward() : rules;
  }

  /** As written in a plan, with {@code forward} behind it where nothing is trained. */
  @Override
  public String toString() {
    String written =
        settings.isEmpty()
            ? name
            : settings.entrySet().stream()
                .map(setting -> setting.getKey() + " = " + setting.getValue())
                .collect(Collectors.joining(", ", name + "(", ")"));
    return forwardOnly ? written + " forward" : written;
  }
}
