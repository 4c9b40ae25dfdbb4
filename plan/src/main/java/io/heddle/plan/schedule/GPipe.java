package io.heddle.plan.schedule;

import io.heddle.plan.schedule.Action.Kind;
import java.util.ArrayList;
import java.util.List;

/**
 * All forward passes, then all backward passes in reverse order (Huang et al. 2019,
 * arXiv:1811.06965, figure 2c). Bubble: (p - 1) / (m + p - 1).
 */
final class GPipe implements PipelineSchedule {
  @Override
  public String name() {
    return "gpipe";
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
    int microBatches = pipeline.microBatches();
    List<Action> actions = new ArrayList<>(2 * microBatches);
    for (int m = 0; m < microBatches; m++) {
      actions.add(new Action(Kind.FORWARD, m));
    }
    for (int m = microBatches - 1; m >= 0; m--) {
      actions.add(new Action(Kind.BACKWARD, m));
    }
    return actions;
  }
}
