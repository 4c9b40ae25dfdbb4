package io.heddle.processor.program;

import io.heddle.plan.schedule.Pipeline;
import io.heddle.plan.schedule.PipelineSchedule;

/**
 * Pipelines whose stages hold as much as those of longer ones, found once for all plans of a sweep:
 * they depend on the schedule and its numbers alone. Used by several threads.
 */
final class FullPipelines {
  private static final int MOST = 4096;

  private final Recent<Key, Pipeline> known = new Recent<>(MOST);

  /** A schedule, which is itself alone, and what it is laid out for. */
  private record Key(PipelineSchedule schedule, Pipeline pipeline) {}

  /** As {@link PipelineSchedule#shortestAsFull}. */
  Pipeline shortest(PipelineSchedule schedule, Pipeline pipeline) {
    Key key = new Key(schedule, pipeline);
    return known
        .get(key)
        .orElseGet(
            () -> {
              Pipeline shortest = schedule.shortestAsFull(pipeline);
              known.put(key, shortest);
              return shortest;
            });
  }
}
