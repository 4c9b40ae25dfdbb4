package io.heddle.runtime.emit;

/**
 * What a rank does beside its passes for the ranks that share its weights, or for those of another
 * plan that go on with its caches: the one way in which who makes passes and their nodes knows of
 * it. A unit is the embedding, the head or a layer.
 */
public interface Aside {
  /** Of a rank that does all of it at the end of the step. */
  Aside NONE = new Aside() {};

  /** The rank comes to its next unit in a pass that needs weights. */
  default void beginUnit() {}

  /** A forward pass has gone through a unit, and sent the stream on if it is the last one. */
  default void passed() {}

  /**
   * Behind a collective of the model there is room for others. All ranks of a stage come to the
   * same places in the same order, also to those behind what some of them have nothing to send in:
   * groups that run something there agree on its order.
   *
   * @param operation of the collective
   */
  default void gap(String operation) {}

  /**
   * A pass has made gradients of the embedding.
   *
   * @param complete whether no later action adds to them
   */
  default void madeEmbedding(boolean complete) {}

  /** As {@link #madeEmbedding}, of the head. */
  default void madeHead(boolean complete) {}

  /** As {@link #madeEmbedding}, of a layer of the model. */
  default void madeLayer(int layer, boolean complete) {}

  /**
   * A backward pass through all of a chunk ends.
   *
   * @param complete whether no later action makes gradients
   */
  default void endPass(boolean complete) {}

  /** What may run during the action is emitted now, not within the next. */
  default void endAction() {}

  /** The reduction behind all others; {@link NodeIdList#NONE} where there was none. */
  default long reduced() {
    return NodeIdList.NONE;
  }
}
