package io.heddle.plan.schedule;

import java.util.List;

/** The schedules that there are: a new one is a class and its place here. */
final class Schedules {
  static final List<PipelineSchedule> ALL =
      List.of(new GPipe(), new OneForwardOneBackward(), new Interleaved(), new ZeroBubble());

  private Schedules() {}
}
