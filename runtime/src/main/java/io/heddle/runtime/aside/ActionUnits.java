package io.heddle.runtime.aside;

import io.heddle.plan.LayerSplit;
import io.heddle.plan.schedule.Action;
import io.heddle.plan.schedule.Action.Kind;

/**
 * What an action goes through, unit by unit: the layers of its chunk, with the embedding before
 * them and the head behind them where the chain of chunks begins and ends; from the last to the
 * first in a backward pass.
 */
public final class ActionUnits {
  /** In place of a layer: the embedding or the head. */
  public static final int NO_LAYER = -1;

  private final LayerSplit layers;

  /** Of actions on these layers. */
  public ActionUnits(LayerSplit layers) {
    this.layers = layers;
  }

  /** How many units an action goes through. */
  public int count(int stage, Action action) {
    int place = layers.place(stage, action.chunk());
    return layers.endLayer(place)
        - firstLayer(place, action)
        + (beginsWithEmbed(place, action) ? 1 : 0)
        + (layers.ends(place) ? 1 : 0);
  }

  private int firstLayer(int place, Action action) {
    return isForward(action) ? layers.firstLayer(place) : layers.firstBackward(place);
  }

  private boolean beginsWithEmbed(int place, Action action) {
    return layers.begins(place) && (isForward(action) || layers.trainsEmbedding());
  }

  private static boolean isForward(Action action) {
    return action.kind() == Kind.FORWARD;
  }

  /** Whether one unit of an action, in its order, is the embedding. */
  public boolean isEmbed(int stage, Action action, int number) {
    return beginsWithEmbed(layers.place(stage, action.chunk()), action)
        && fromFirst(stage, action, number) == 0;
  }

  /** Whether one unit of an action, in its order, is the head. */
  public boolean isHead(int stage, Action action, int number) {
    return layers.ends(layers.place(stage, action.chunk()))
        && fromFirst(stage, action, number) == count(stage, action) - 1;
  }

  /** The layer that a unit of an action is; {@link #NO_LAYER} for embedding and head. */
  public int layer(int stage, Action action, int number) {
    if (isEmbed(stage, action, number) || isHead(stage, action, number)) {
      return NO_LAYER;
    }
    int place = layers.place(stage, action.chunk());
    return firstLayer(place, action)
        + fromFirst(stage, action, number)
        - (beginsWithEmbed(place, action) ? 1 : 0);
  }

  private int fromFirst(int stage, Action action, int number) {
    return isForward(action) ? number : count(stage, action) - 1 - number;
  }
}
