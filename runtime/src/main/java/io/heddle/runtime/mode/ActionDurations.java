package io.heddle.runtime.mode;

import io.heddle.plan.schedule.Action;
import io.heddle.plan.schedule.Clock;
import java.util.List;

/** How long actions and messages last in a walk through the pipeline, in ns. */
record ActionDurations(List<StageWalk> stages, MessageTimes messages) implements Clock.Durations {
  @Override
  public long of(int stage, Action action) {
    return stages.get(stage).nanos(action);
  }

  @Override
  public long between(int from, int to) {
    return messages.nanos(from, to);
  }
}
