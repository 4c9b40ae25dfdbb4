package io.heddle.plan.schedule;

import io.heddle.plan.schedule.Action.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The V-shaped placement (Qi et al. 2023, arXiv:2401.10241, section 6; Qi et al. 2024,
 * arXiv:2405.15362, section 3): each stage has two chunks, and the chain goes down the stages and
 * up again. The first stage has its beginning and its end, embedding and head, and what a stage
 * keeps long of its first chunk it keeps briefly of its second, so that all stages keep as much.
 */
abstract class VShape implements PipelineSchedule {
  private final String name;

  VShape(String name) {
    this.name = name;
  }

  @Override
  public final String name() {
    return name;
  }

  @Override
  public final int chunks(Map<String, Integer> settings) {
    return 2;
  }

  @Override
  public final int stageAt(int place, int stages) {
    return place < stages ? place : 2 * stages - 1 - place;
  }

  @Override
  public final boolean splitsBackward() {
    return true;
  }

  /** The passes of a single stage, whose chunks are one: micro-batch by micro-batch. */
  static List<Action> alone(Pipeline pipeline) {
    List<Action> actions = new ArrayList<>(3 * pipeline.microBatches());
    for (int m = 0; m < pipeline.microBatches(); m++) {
      actions.add(new Action(Kind.FORWARD, m));
      actions.add(new Action(Kind.BACKWARD_INPUT, m));
      actions.add(new Action(Kind.BACKWARD_WEIGHT, m));
    }
    return actions;
  }
}
