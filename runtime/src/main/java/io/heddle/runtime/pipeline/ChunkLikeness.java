package io.heddle.runtime.pipeline;

import io.heddle.plan.LayerSplit;

/** Which chunks of layers do the same as others, wherever they lie. */
public final class ChunkLikeness {
  private final PlanPipeline pipeline;
  private final LayerSplit layers;

  /** Of a plan. */
  public ChunkLikeness(PipelineFlattener flattener) {
    this.pipeline = flattener.pipeline();
    this.layers = pipeline.layers();
  }

  /**
   * Whether the chunks at two places have as many layers of the same kinds, and the same ends of
   * the model.
   */
  public boolean haveSameLayers(int place, int other) {
    int first = layers.firstLayer(place);
    int firstOfOther = layers.firstLayer(other);
    int count = layers.endLayer(place) - first;
    if (count != layers.endLayer(other) - firstOfOther
        || layers.begins(place) != layers.begins(other)
        || layers.ends(place) != layers.ends(other)
        || layers.firstBackward(place) - first != layers.firstBackward(other) - firstOfOther) {
      return false;
    }
    for (int i = 0; i < count; i++) {
      if (!pipeline.areAlike(first + i, firstOfOther + i)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Whether both send to the next chunk, and get back from it, or neither does.
   *
   * @param on 1 for the place behind, -1 for the one before
   */
  public boolean haveSameMessages(int place, int other, int on) {
    boolean forward = on > 0;
    return layers.sends(place, forward) == layers.sends(other, forward)
        && layers.receives(place, !forward) == layers.receives(other, !forward);
  }

  /** Whether the chunk at a place is the last one in a direction. */
  public boolean isEnd(int place, int on) {
    return on > 0 ? layers.ends(place) : layers.begins(place);
  }
}
