package io.heddle.runtime.trace;

import io.heddle.plan.schedule.Action;
import io.heddle.plan.schedule.Action.Kind;
import java.util.ArrayList;
import java.util.List;

/** What a rank does in which order: the actions of its stage. */
public final class Course {
  private final List<Action> actions;
  private final LastPasses lastPasses;

  Course(List<Action> actions) {
    this.actions = actions;
    this.lastPasses = new LastPasses(actions);
  }

  /**
   * Micro-batches one after the other, each forwards through all chunks, then backwards: what a
   * stage would do that waits for nobody.
   *
   * @param microBatches at least 1
   * @param split whether gradients of inputs and of weights are apart
   */
  public static Course inTurn(int microBatches, int chunks, boolean split) {
    List<Action> actions = new ArrayList<>();
    for (int m = 0; m < microBatches; m++) {
      for (int c = 0; c < chunks; c++) {
        actions.add(new Action(Kind.FORWARD, m, c));
      }
      for (int c = chunks - 1; c >= 0; c--) {
        actions.add(new Action(split ? Kind.BACKWARD_INPUT : Kind.BACKWARD, m, c));
        if (split) {
          actions.add(new Action(Kind.BACKWARD_WEIGHT, m, c));
        }
      }
    }
    return new Course(actions);
  }

  /** The actions in order; the end of the step comes behind them. */
  public List<Action> actions() {
    return actions;
  }

  LastPasses lastPasses() {
    return lastPasses;
  }
}
