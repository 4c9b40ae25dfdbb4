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
 * @param passes what the step consists of
 */
@io.heddle.plan.marker.Api
public record Schedule(String name, Map<String, Integer> settings, Passes passes) {
  /** What a step consists of. */
  public enum Passes {
    /** Forward and backward passes. */
    TRAINING,
    /** Forward passes alone: nothing is trained. */
    FORWARD,
    /**
     * Forward passes, each of which draws a token of each sequence. The first stage is told: a
     * batch begins its next step with them, so that a pipeline has as many batches in work as it
     * has stages.
     */
    SAMPLING,
    /**
     * As {@link #SAMPLING}, of several tokens of each sequence, all but the first of which are
     * guesses.
     */
    VERIFYING
  }

  /** One chunk on each stage is the same as none given. */
  public Schedule {
    Map<String, Integer> given = new LinkedHashMap<>(settings);
    given.remove(Setting.CHUNKS, 1);
    settings = Collections.unmodifiableMap(given);
  }

  /** Of a training step. */
  public Schedule(String name, Map<String, Integer> settings) {
    this(name, settings, Passes.TRAINING);
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
    return new Schedule(name, more, passes);
  }

  /** The same without backward passes. */
  public Schedule withoutBackward() {
    return new Schedule(name, settings, Passes.FORWARD);
  }

  /** The same without backward passes, of a step that draws tokens. */
  public Schedule sampling() {
    return new Schedule(name, settings, Passes.SAMPLING);
  }

  /** The same without backward passes, of a step that draws tokens and verifies guesses. */
  public Schedule verifying() {
    return new Schedule(name, settings, Passes.VERIFYING);
  }

  /** Whether nothing is trained, so that there are no backward passes. */
  public boolean forwardOnly() {
    return passes != Passes.TRAINING;
  }

  /** Whether each pass draws tokens. */
  public boolean samples() {
    return passes == Passes.SAMPLING || passes == Passes.VERIFYING;
  }

  /**
   * Batches of a replica that are in work at a time while steps follow each other: where a step is
   * that of one batch which draws tokens, a pipeline has one on each stage. Of any other step, 1.
   */
  public int batchesInWork(int stages, long microBatches) {
    return samples() && microBatches == 1 ? stages : 1;
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
    return forwardOnly() ? rules.withoutBackward() : rules;
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
    return forwardOnly() ? written + " forward" : written;
  }
}
