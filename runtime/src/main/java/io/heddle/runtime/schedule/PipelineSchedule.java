package io.heddle.runtime.schedule;

import java.util.List;
import java.util.Optional;

/** The order in which a pipeline stage runs its micro-batches. */
public interface PipelineSchedule {
  /** All schedules, in the order in which they are documented. */
  List<PipelineSchedule> ALL = List.of(new GPipe(), new OneForwardOneBackward());

  /** The schedule of this name. */
  static Optional<PipelineSchedule> named(String name) {
    return ALL.stream().filter(schedule -> schedule.name().equals(name)).findFirst();
  }

  /** As written in a plan. */
  String name();

  /**
   * Every forward and every backward pass of one stage, each micro-batch once in each.
   *
   * @param stage from 0 to {@code stages - 1}
   * @param microBatches at least 1
   */
  List<Action> actions(int stage, int stages, int microBatches);
}
