package io.heddle.cli.output;

import io.heddle.cli.failure.Failure;
import io.heddle.plan.Schedule;
import io.heddle.plan.schedule.Phases;
import io.heddle.plan.schedule.Pipeline;
import io.heddle.plan.schedule.TimeSlots;

/**
 * The pipeline schedule of a plan, to be shown.
 *
 * @param schedule as the plan writes it
 * @param pipeline with the chunks that each stage has in effect
 */
public record DrawnSchedule(
    String model, String plan, Schedule schedule, Pipeline pipeline, TimeSlots slots) {
  private static final long MOST_PASSES = 1 << 18;

  /**
   * The schedule of a plan that has passed its checks.
   *
   * @throws Failure if it has too many passes
   */
  public static DrawnSchedule of(
      String model, String plan, Schedule said, long stages, long microBatches) {
    int chunks = said.chunksOn(Math.toIntExact(stages));
    if (microBatches > MOST_PASSES / stages / chunks) {
      throw Failure.wrongInput(
          "plan %s has too many micro-batches, stages and chunks to draw: take a smaller batch, such as --set batch=64"
              .formatted(plan));
    }
    Pipeline pipeline = said.pipeline((int) stages, Math.toIntExact(microBatches));
    return new DrawnSchedule(model, plan, said, pipeline, TimeSlots.of(said.rules(), pipeline));
  }

  /** Whether passes run side by side. */
  boolean hasSideBySide() {
    return slots.stages().stream()
        .anyMatch(own -> own.stream().anyMatch(slot -> slot.action().besideNext()));
  }

  boolean splitsBackward() {
    return schedule.rules().splitsBackward();
  }

  /** Chunks that each stage has in effect. */
  public int chunks() {
    return pipeline.chunks();
  }

  Phases phases(int stage) {
    return Phases.of(slots.stages().get(stage).stream().map(TimeSlots.Slot::action).toList());
  }

  /** The most passes of a stage that wait for their backward pass at a time. */
  long mostInFlight(int stage) {
    return schedule.rules().mostInFlight(stage, pipeline, chunk -> 1);
  }
}
