package io.heddle.cli.output;

import io.heddle.cli.failure.Failure;
import io.heddle.plan.Schedule;
import io.heddle.plan.schedule.Phases;
import io.heddle.plan.schedule.PipelineSchedule;
import io.heddle.plan.schedule.TimeSlots;

/**
 * The pipeline schedule of a plan, to be shown.
 *
 * @param schedule with the chunks that each stage has in effect
 */
public record DrawnSchedule(
    String model, String plan, Schedule schedule, int microBatches, TimeSlots slots) {
  private static final long MOST_PASSES = 1 << 18;

  /**
   * The schedule of a plan that has passed its checks.
   *
   * @throws Failure if it has too many passes
   */
  public static DrawnSchedule of(
      String model, String plan, Schedule said, long stages, long microBatches) {
    int stageCount = Math.toIntExact(stages);
    Schedule schedule = new Schedule(said.name(), said.chunksOn(stageCount));
    if (microBatches > MOST_PASSES / stages / schedule.chunks()) {
      throw Failure.wrongInput(
          "plan %s has too many micro-batches, stages and chunks to draw: take a smaller batch, such as --set batch=64"
              .formatted(plan));
    }
    int count = Math.toIntExact(microBatches);
    TimeSlots slots = TimeSlots.of(named(schedule), stageCount, count, schedule.chunks());
    return new DrawnSchedule(model, plan, schedule, count, slots);
  }

  private static PipelineSchedule named(Schedule schedule) {
    return PipelineSchedule.named(schedule.name()).orElseThrow();
  }

  boolean splitsBackward() {
    return named(schedule).splitsBackward();
  }

  Phases phases(int stage) {
    return Phases.of(slots.stages().get(stage).stream().map(TimeSlots.Slot::action).toList());
  }

  /** The most passes of a stage that wait for their backward pass at a time. */
  long mostInFlight(int stage) {
    return named(schedule)
        .mostInFlight(stage, slots.stages().size(), microBatches, schedule.chunks(), chunk -> 1);
  }
}
