package io.heddle.runtime.bound;

import io.heddle.plan.schedule.Action;
import java.util.List;

/** The actions of one stage with the paths through them. */
final class StageBound {
  private final List<Action> actions;
  private final StagePaths walk;

  /** The last action of each chunk that makes gradients of weights. */
  private final int[] lastOfChunk;

  /**
   * @param walk through the actions of the stage, or of one that is like it
   */
  StageBound(List<Action> actions, int chunks, StagePaths walk) {
    this.actions = actions;
    this.walk = walk;
    this.lastOfChunk = new int[chunks];
    for (int i = 0; i < actions.size(); i++) {
      if (StagePaths.makesWeights(actions.get(i))) {
        lastOfChunk[actions.get(i).chunk()] = i;
      }
    }
  }

  /** What the ranks of the stage do in turn. */
  List<Action> actions() {
    return actions;
  }

  /** The end of the step. */
  ActionPaths step() {
    return walk.step();
  }

  /** The paths through an action, as if nothing were beside it. */
  ActionPaths of(int number) {
    Action action = actions.get(number);
    boolean isLast = StagePaths.makesWeights(action) && lastOfChunk[action.chunk()] == number;
    return walk.of(action.kind(), action.chunk(), isLast);
  }

  /** ns that the communication lane is held by all actions, one node behind the other. */
  long communicating() {
    return walk.communicating();
  }
}
