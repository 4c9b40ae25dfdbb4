package io.heddle.runtime.aside;

import io.heddle.plan.LayerSplit;
import io.heddle.plan.schedule.Action;
import io.heddle.plan.schedule.Action.Kind;
import java.util.BitSet;
import java.util.List;

/**
 * With which unit the gradient of a table that embedding and head share is complete on a stage. On
 * the stage of one of them it comes with that one. Where a stage has both, it comes with the later
 * of the two passes that add to it: with the embedding's, but where a schedule puts off the head's
 * gradients of weights beyond it.
 */
final class TableGradient {
  private final boolean together;
  private final BitSet headIsLater = new BitSet();
  private final boolean headIsLast;

  private TableGradient(boolean together, int[] embed, int[] head) {
    this.together = together;
    int lastEmbed = -1;
    int lastHead = -1;
    for (int m = 0; m < embed.length; m++) {
      headIsLater.set(m, head[m] > embed[m]);
      lastEmbed = Math.max(lastEmbed, embed[m]);
      lastHead = Math.max(lastHead, head[m]);
    }
    this.headIsLast = lastHead > lastEmbed;
  }

  /** Of a stage that does these actions. */
  static TableGradient of(List<Action> actions, LayerSplit layers, int stage) {
    boolean begins = false;
    boolean ends = false;
    for (int chunk = 0; chunk < layers.chunks(); chunk++) {
      begins |= layers.begins(layers.place(stage, chunk));
      ends |= layers.ends(layers.place(stage, chunk));
    }
    if (!begins || !ends) {
      return new TableGradient(false, new int[0], new int[0]);
    }
    int microBatches = actions.stream().mapToInt(Action::microBatch).max().orElse(-1) + 1;
    int[] embed = new int[microBatches];
    int[] head = new int[microBatches];
    for (int i = 0; i < actions.size(); i++) {
      Action action = actions.get(i);
      int place = layers.place(stage, action.chunk());
      boolean whole = action.kind() == Kind.BACKWARD;
      if (layers.begins(place) && (whole || action.kind() == Kind.BACKWARD_INPUT)) {
        embed[action.microBatch()] = i;
      }
      if (layers.ends(place) && (whole || action.kind() == Kind.BACKWARD_WEIGHT)) {
        head[action.microBatch()] = i;
      }
    }
    return new TableGradient(true, embed, head);
  }

  /**
   * The elements that a pass through the embedding or the head completes, of one group.
   *
   * @param unit {@link DataGroups#EMBED} or {@link DataGroups#HEAD}
   * @param microBatch of which they are summed; -1 for all of them
   */
  long completedBy(int unit, DataGroups groups, int group, int microBatch) {
    long table = groups.table(group);
    boolean withHead = !together || (microBatch < 0 ? headIsLast : headIsLater.get(microBatch));
    boolean withEmbed = !together || !withHead;
    long gradients = groups.gradients(unit, group);
    if (unit == DataGroups.EMBED) {
      return withEmbed ? gradients : gradients - table;
    }
    return withHead ? gradients + table : gradients;
  }
}
