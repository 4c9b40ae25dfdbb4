package io.heddle.runtime.pipeline;

import io.heddle.plan.schedule.Action;
import io.heddle.plan.schedule.Action.Kind;
import io.heddle.plan.schedule.Clock;
import io.heddle.plan.schedule.PipelineSchedule;
import java.util.ArrayList;
import java.util.List;

/** What a rank does in which order: the actions of its stage, and when it posts receives. */
public final class Course {
  private final List<Action> actions;
  private final LastPasses lastPasses;

  private final ReceiveOrder receives;

  private Course(List<Action> actions, ReceiveOrder receives) {
    this.actions = actions;
    this.receives = receives;
    this.lastPasses = new LastPasses(actions);
  }

  /** The course of ranks that receive each message just before it is used. */
  static Course of(List<Action> actions) {
    return new Course(actions, ReceiveOrder.asUsed());
  }

  /** The course of the ranks of a stage that receive messages as they are sent. */
  static Course receivingAhead(Clock clock, int stage) {
    return new Course(clock.actions(stage), ReceiveOrder.ahead(clock, stage));
  }

  /**
   * Micro-batches one after the other, each forwards through all chunks, then backwards: what a
   * stage would do that waits for nobody.
   *
   * @param microBatches at least 1
   * @param rules say whether there are backward passes, and whether gradients of inputs and of
   *     weights are apart
   */
  public static Course inTurn(int microBatches, int chunks, PipelineSchedule rules) {
    boolean split = rules.splitsBackward();
    List<Action> actions = new ArrayList<>();
    for (int m = 0; m < microBatches; m++) {
      for (int c = 0; c < chunks; c++) {
        actions.add(new Action(Kind.FORWARD, m, c));
      }
      for (int c = chunks - 1; rules.hasBackward() && c >= 0; c--) {
        actions.add(new Action(split ? Kind.BACKWARD_INPUT : Kind.BACKWARD, m, c));
        if (split) {
          actions.add(new Action(Kind.BACKWARD_WEIGHT, m, c));
        }
      }
    }
    return of(actions);
  }

  /** The actions in order; the end of the step comes behind them. */
  public List<Action> actions() {
    return actions;
  }

  /** When receives are posted. */
  ReceiveOrder receives() {
    return receives;
  }

  LastPasses lastPasses() {
    return lastPasses;
  }
}
