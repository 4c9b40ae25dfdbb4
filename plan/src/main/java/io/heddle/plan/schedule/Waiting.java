package io.heddle.plan.schedule;

/** How long a stage waits in a step, for schedules that have no closed formula of it. */
final class Waiting {
  /** Ticks of the clock in the time of a micro-batch's forward pass. */
  private static final double TICKS = 1 << 20;

  private Waiting() {}

  /** By the clock; arguments as in {@link PipelineSchedule#waiting}. */
  static double byClock(
      PipelineSchedule schedule, Pipeline pipeline, double forward, double input, double weight) {
    double all = forward + input + weight;
    if (all <= 0) {
      return 0;
    }
    double tick = all / (3 * TICKS);
    double chunk = tick * pipeline.chunks();
    long[] ticks = {
      Math.round(forward / chunk), Math.round(input / chunk), Math.round(weight / chunk)
    };
    Clock clock =
        Clock.of(
            schedule,
            pipeline,
            (stage, action) ->
                switch (action.kind()) {
                  case FORWARD -> ticks[0];
                  case BACKWARD -> ticks[1] + ticks[2];
                  case BACKWARD_INPUT -> ticks[1];
                  case BACKWARD_WEIGHT -> ticks[2];
                });
    long busy = (ticks[0] + ticks[1] + ticks[2]) * pipeline.passes();
    return Math.max(0, clock.end() - busy) * tick;
  }
}
