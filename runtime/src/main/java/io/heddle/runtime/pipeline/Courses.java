package io.heddle.runtime.pipeline;

import io.heddle.plan.schedule.Clock;
import io.heddle.plan.schedule.Pipeline;
import io.heddle.plan.schedule.PipelineSchedule;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/** What the ranks of each stage do in which order, worked out when it is first asked for. */
final class Courses {
  private final PipelineSchedule schedule;
  private final Pipeline pipeline;
  private final AtomicReferenceArray<@Nullable Course> courseOfStage;
  private volatile @Nullable Clock clock;

  /**
   * @param pipeline one to which the schedule has no objection
   */
  Courses(PipelineSchedule schedule, Pipeline pipeline) {
    this.schedule = schedule;
    this.pipeline = pipeline;
    this.courseOfStage = new AtomicReferenceArray<>(pipeline.stages());
  }

  /** The course of a stage. */
  Course of(int stage) {
    Course made = courseOfStage.get(stage);
    if (made == null) {
      made =
          schedule.receivesAsUsed(pipeline)
              ? Course.of(schedule.actions(stage, pipeline))
              : Course.receivingAhead(clock(), stage);
      courseOfStage.set(stage, made);
    }
    return made;
  }

  /** Made when it is first asked for: few schedules receive ahead. */
  private Clock clock() {
    Clock made = clock;
    if (made == null) {
      made = Clock.of(schedule, pipeline, Clock.Durations.SLOTS);
      clock = made;
    }
    return made;
  }
}
