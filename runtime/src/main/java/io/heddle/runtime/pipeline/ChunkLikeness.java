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
  private boolean haveSameLayers(int place, int other) {
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

  /** A number for the way between two stages, the same where messages take as long. */
  @FunctionalInterface
  public interface Ways {
    /** The way from a stage to another, or to itself. */
    long of(int from, int to);
  }

  /** Whether two stages have the same layers at the same chunks, and messages that go as far. */
  public boolean areAlike(int stage, int other, Ways ways) {
    for (int chunk = 0; chunk < layers.chunks(); chunk++) {
      int place = layers.place(stage, chunk);
      int otherPlace = layers.place(other, chunk);
      if (!haveSameLayers(place, otherPlace)
          || !haveSameMessages(place, otherPlace, 1, ways)
          || !haveSameMessages(place, otherPlace, -1, ways)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Whether both send to the next chunk, and get back from it, as far away, or neither does.
   *
   * @param on 1 for the place behind, -1 for the one before
   */
  private boolean haveSameMessages(int place, int other, int on, Ways ways) {
    boolean forward = on > 0;
    return layers.sends(place, forward) == layers.sends(other, forward)
        && layers.receives(place, !forward) == layers.receives(other, !forward)
        && (isEnd(place, on) || way(place, on, ways) == way(other, on, ways));
  }

  private long way(int place, int on, Ways ways) {
    return ways.of(layers.chain().stageAt(place), layers.chain().stageAt(place + on));
  }

  /** Whether the chunk at a place is the last one in a direction. */
  private boolean isEnd(int place, int on) {
    return on > 0 ? layers.ends(place) : layers.begins(place);
  }
}
