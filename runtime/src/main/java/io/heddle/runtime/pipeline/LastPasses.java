package io.heddle.runtime.pipeline;

import io.heddle.plan.schedule.Action;
import io.heddle.plan.schedule.Action.Kind;
import java.util.BitSet;
import java.util.List;

/** Which actions of a stage make the last gradients of a step. */
final class LastPasses {
  private final BitSet lastOfChunk = new BitSet();

  LastPasses(List<Action> actions) {
    BitSet later = new BitSet();
    for (int i = actions.size() - 1; i >= 0; i--) {
      Action action = actions.get(i);
      int pass = 2 * action.chunk() + (action.kind() == Kind.BACKWARD_INPUT ? 1 : 0);
      if (action.kind() != Kind.FORWARD && !later.get(pass)) {
        later.set(pass);
        lastOfChunk.set(i);
      }
    }
  }

  /**
   * Whether no later action adds to what this backward pass of a chunk makes: to all gradients of
   * the chunk, or to those that the first part of a pass makes.
   */
  boolean isLastOfChunk(int action) {
    return lastOfChunk.get(action);
  }

  /** Whether no later action makes a gradient. */
  boolean isLast(int action) {
    return action == lastOfChunk.length() - 1;
  }
}
