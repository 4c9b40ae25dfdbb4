package io.heddle.plan.schedule;

import io.heddle.plan.schedule.Action.Kind;
import java.util.ArrayList;
import java.util.List;

/**
 * One forward, one backward (PipeDream-Flush; Narayanan et al. 2021, arXiv:2104.04473, section
 * 2.2.1): after a warm-up of {@code stages - 1 - stage} forwards each forward is followed by a
 * backward, so that at most {@code stages - stage} micro-batches are in flight. Bubble: (p - 1) /
 * (m + p - 1).
 */
final class OneForwardOneBackward implements PipelineSchedule {
  @Override
  public String name() {
    return "one_f_one_b";
  }

  @Override
  public double waiting(Pipeline pipeline, double forward, double input, double weight) {
    return (pipeline.stages() - 1) * (forward + input + weight);
  }

  @Override
  public boolean receivesAsUsed(Pipeline pipeline) {
    return true;
  }

  @Override
  public List<Action> actions(int stage, Pipeline pipeline) {
    int stages = pipeline.stages();
    int microBatches = pipeline.microBatches();
    int warmUp = Math.min(microBatches, stages - 1 - stage);
    List<Action> actions = new ArrayList<>(2 * microBatches);
    for (int m = 0; m < warmUp; m++) {
      actions.add(new Action(Kind.FORWARD, m));
    }
    for (int m = warmUp; m < microBatches; m++) {
      actions.add(new Action(Kind.FORWARD, m));
      actions.add(new Action(Kind.BACKWARD, m - warmUp));
    }
    for (int m = microBatches - warmUp; m < microBatches; m++) {
      actions.add(new Action(Kind.BACKWARD, m));
    }
    return actions;
  }
}
