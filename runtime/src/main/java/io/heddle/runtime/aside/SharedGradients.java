package io.heddle.runtime.aside;

import io.heddle.plan.LayerSplit;
import io.heddle.plan.schedule.Action;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * With which unit of a stage the gradients of weights that layers share are complete: with the last
 * of those that use them, in the order of the stage's actions.
 */
final class SharedGradients {
  /** In place of a layer: the embedding. */
  static final int EMBED = -1;

  /** In place of a layer: the head. */
  static final int HEAD = -2;

  private static final int NOBODY = -3;

  private final List<Part> parts = new ArrayList<>();

  /** Elements of one data group that some units share. */
  private static final class Part {
    private final DataGroups.Shared shared;

    /** The unit that adds last to those of a micro-batch. */
    private final int[] completedBy;

    /** The micro-batch of the last pass that adds to them. */
    private final int lastMicroBatch;

    Part(DataGroups.Shared shared, int[] completedBy, int lastMicroBatch) {
      this.shared = shared;
      this.completedBy = completedBy;
      this.lastMicroBatch = lastMicroBatch;
    }

    long completedBy(int unit, int group, int microBatch, boolean each) {
      boolean completes =
          shared.group() == group
              && completedBy[microBatch] == unit
              && (each || microBatch == lastMicroBatch);
      return completes ? shared.gradients() : 0;
    }
  }

  /** Of a stage that does these actions. */
  static SharedGradients of(DataGroups groups, List<Action> actions, LayerSplit layers, int stage) {
    SharedGradients gradients = new SharedGradients();
    for (DataGroups.Shared shared : groups.shared()) {
      gradients.parts.add(part(shared, groups, actions, layers, stage));
    }
    return gradients;
  }

  private static Part part(
      DataGroups.Shared shared,
      DataGroups groups,
      List<Action> actions,
      LayerSplit layers,
      int stage) {
    int[] last = new int[layers.chunks()];
    boolean[] embeds = new boolean[layers.chunks()];
    for (int chunk = 0; chunk < last.length; chunk++) {
      int place = layers.place(stage, chunk);
      last[chunk] = lastOf(shared, groups, layers, place);
      embeds[chunk] = shared.byEmbedding() && layers.begins(place) && layers.trainsEmbedding();
    }
    int microBatches = actions.stream().mapToInt(Action::microBatch).max().orElse(-1) + 1;
    int[] completedBy = new int[microBatches];
    long[] when = new long[microBatches];
    Arrays.fill(completedBy, NOBODY);
    Arrays.fill(when, -1);
    int lastMicroBatch = -1;
    long lastWhen = -1;
    for (int i = 0; i < actions.size(); i++) {
      Action action = actions.get(i);
      int unit = unit(action, last[action.chunk()], embeds[action.chunk()]);
      // The embedding is the last unit, also where the gradients of weights stand beside.
      long at = action.besideNext() && unit == EMBED ? 2L * (i + 1) + 1 : 2L * i;
      int microBatch = action.microBatch();
      if (unit != NOBODY && at > when[microBatch]) {
        when[microBatch] = at;
        completedBy[microBatch] = unit;
        if (at > lastWhen) {
          lastWhen = at;
          lastMicroBatch = microBatch;
        }
      }
    }
    return new Part(shared, completedBy, lastMicroBatch);
  }

  /** The last unit of an action that makes gradients of the weights. */
  private static int unit(Action action, int last, boolean embeds) {
    return switch (action.kind()) {
      case FORWARD -> NOBODY;
      case BACKWARD -> embeds ? EMBED : last;
      case BACKWARD_INPUT -> embeds ? EMBED : NOBODY;
      case BACKWARD_WEIGHT -> last;
    };
  }

  /** The layer of a place, or the head, that comes last backwards and uses the weights. */
  private static int lastOf(
      DataGroups.Shared shared, DataGroups groups, LayerSplit layers, int place) {
    for (int layer = layers.firstBackward(place); layer < layers.endLayer(place); layer++) {
      if (shared.byKind(groups.kind(layer))) {
        return layer;
      }
    }
    return shared.byHead() && layers.ends(place) ? HEAD : NOBODY;
  }

  /**
   * The elements of a group that a pass through a unit completes.
   *
   * @param unit a layer, {@link #EMBED} or {@link #HEAD}
   * @param each whether they are summed for each micro-batch, not for all
   */
  long completedBy(int unit, int group, int microBatch, boolean each) {
    long elements = 0;
    for (Part part : parts) {
      elements = Math.addExact(elements, part.completedBy(unit, group, microBatch, each));
    }
    return elements;
  }
}
