package io.heddle.plan.schedule;

import io.heddle.plan.schedule.Action.Kind;
import java.util.ArrayList;
import java.util.List;

/**
 * ZB-H1 (Qi et al. 2023, arXiv:2401.10241, section 2.3): 1F1B with the gradients of inputs and of
 * weights apart. Stage s puts those of weights off by s micro-batches, so that each stage has as
 * many in flight as the first has under 1F1B, and what is put off fills the gaps at the end. Bubble
 * where forward, input and weight passes last alike: (p - 1) / (3 m + p - 1).
 */
final class ZeroBubble implements PipelineSchedule {
  @Override
  public String name() {
    return "zero_bubble";
  }

  @Override
  public boolean splitsBackward() {
    return true;
  }

  @Override
  public double waiting(Pipeline pipeline, double forward, double input, double weight) {
    // As many weight passes fill the gaps as are put off, which few micro-batches cannot be.
    int stages = pipeline.stages();
    int putOff = Math.min(stages, pipeline.microBatches()) - 1;
    return Math.max(0, (stages - 1) * (forward + input) - putOff * weight);
  }

  @Override
  public boolean receivesAsUsed(Pipeline pipeline) {
    return true;
  }

  @Override
  public List<Action> actions(int stage, Pipeline pipeline) {
    int stages = pipeline.stages();
    int microBatches = pipeline.microBatches();
    List<Action> actions = new ArrayList<>(3 * microBatches);
    int warmUp = Math.min(microBatches, stages - 1 - stage);
    for (int m = 0; m < warmUp; m++) {
      actions.add(new Action(Kind.FORWARD, m));
    }
    for (int m = 0; m < microBatches; m++) {
      if (m + warmUp < microBatches) {
        actions.add(new Action(Kind.FORWARD, m + warmUp));
      }
      actions.add(new Action(Kind.BACKWARD_INPUT, m));
      if (m >= stage) {
        actions.add(new Action(Kind.BACKWARD_WEIGHT, m - stage));
      }
    }
    for (int m = Math.max(0, microBatches - stage); m < microBatches; m++) {
      actions.add(new Action(Kind.BACKWARD_WEIGHT, m));
    }
    return actions;
  }
}
