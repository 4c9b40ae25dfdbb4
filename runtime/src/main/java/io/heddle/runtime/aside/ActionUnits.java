package io.heddle.runtime.aside;

import io.heddle.plan.LayerSplit;
import io.heddle.plan.schedule.Action;
import io.heddle.plan.schedule.Action.Kind;

/**
 * What actions of a stage go through, unit by unit: the layers of a chunk, with the embedding
 * before them and the head behind them where the chain of chunks begins and ends; from the last to
 * the first in a backward pass. It is worked out once: a rank asks several times for each unit.
 */
public final class ActionUnits {
  /** In place of a layer: the embedding or the head. */
  public static final int NO_LAYER = -1;

  private static final int NONE = -1;

  private final Units[] forward;
  private final Units[] backward;

  /**
   * The units that a pass goes through.
   *
   * @param embed number of the embedding; {@link #NONE} without
   * @param head number of the head; {@link #NONE} without
   * @param first the layer that unit 0 is, or would be if it were a layer
   * @param way from layer to layer: 1 or -1
   */
  private record Units(int count, int embed, int head, int first, int way) {}

  /** Of the actions of a stage on its layers. */
  public ActionUnits(LayerSplit layers, int stage) {
    this.forward = new Units[layers.chunks()];
    this.backward = new Units[layers.chunks()];
    for (int chunk = 0; chunk < forward.length; chunk++) {
      int place = layers.place(stage, chunk);
      int end = layers.endLayer(place);
      int first = layers.firstLayer(place);
      int embeds = layers.begins(place) ? 1 : 0;
      int heads = layers.ends(place) ? 1 : 0;
      int count = embeds + end - first + heads;
      forward[chunk] =
          new Units(
              count, embeds == 1 ? 0 : NONE, heads == 1 ? count - 1 : NONE, first - embeds, 1);
      int firstBackward = layers.firstBackward(place);
      int trained = layers.trainsEmbedding() ? embeds : 0;
      int back = trained + end - firstBackward + heads;
      backward[chunk] =
          new Units(
              back, trained == 1 ? back - 1 : NONE, heads == 1 ? 0 : NONE, end - 1 + heads, -1);
    }
  }

  private Units of(Action action) {
    return (action.kind() == Kind.FORWARD ? forward : backward)[action.chunk()];
  }

  /** How many units an action goes through. */
  public int count(Action action) {
    return of(action).count();
  }

  /** Whether one unit of an action, in its order, is the embedding. */
  public boolean isEmbed(Action action, int number) {
    return number == of(action).embed();
  }

  /** Whether one unit of an action, in its order, is the head. */
  public boolean isHead(Action action, int number) {
    return number == of(action).head();
  }

  /** The layer that a unit of an action is; {@link #NO_LAYER} for embedding and head. */
  public int layer(Action action, int number) {
    Units units = of(action);
    return number == units.embed() || number == units.head()
        ? NO_LAYER
        : units.first() + number * units.way();
  }
}
