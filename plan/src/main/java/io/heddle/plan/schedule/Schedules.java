package io.heddle.plan.schedule;

import java.util.List;

/** The schedules that there are: a new one is a class and its place here. */
final class Schedules {
  /** The schedule of a plan that does not name one. */
  static final PipelineSchedule USUAL = new OneForwardOneBackward();

  static final List<PipelineSchedule> ALL =
      List.of(
          new GPipe(),
          USUAL,
          new Interleaved(),
          new ZeroBubble(),
          new ZeroBubbleV(),
          new VHalf(),
          new VMin());

  private Schedules() {}
}
