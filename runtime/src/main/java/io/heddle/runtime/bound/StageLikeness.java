package io.heddle.runtime.bound;

import io.heddle.plan.LayerSplit;
import io.heddle.runtime.pipeline.ChunkLikeness;
import io.heddle.runtime.pipeline.PipelineFlattener;

/**
 * Which stages do the same as others: as many layers of the same kinds at the same chunks, and
 * messages that go as far. Such stages have the same paths through their actions, in whatever order
 * these come, so that one walk stands for all.
 */
final class StageLikeness {
  private final PipelineFlattener flattener;
  private final LeastTimes times;
  private final LayerSplit layers;
  private final ChunkLikeness chunks;
  private final int[] rankOfStage;

  /**
   * @param rankOfStage the lowest rank of each stage
   */
  StageLikeness(PipelineFlattener flattener, LeastTimes times, int[] rankOfStage) {
    this.flattener = flattener;
    this.times = times;
    this.layers = flattener.pipeline().layers();
    this.chunks = new ChunkLikeness(flattener);
    this.rankOfStage = rankOfStage;
  }

  /** Whether stages can be like others. */
  boolean isPossible() {
    // Groups of views, and those that lie unevenly in the network, are looked at one by one.
    return times.liesEvenly()
        && flattener.plan().axes().size() == flattener.mesh().axes().size()
        && !flattener.pipeline().hasSeveralStreams();
  }

  /** Whether two stages do the same. */
  boolean areAlike(int stage, int other) {
    for (int chunk = 0; chunk < layers.chunks(); chunk++) {
      int place = layers.place(stage, chunk);
      int otherPlace = layers.place(other, chunk);
      if (!chunks.haveSameLayers(place, otherPlace)
          || !isSameWay(place, otherPlace, 1)
          || !isSameWay(place, otherPlace, -1)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Whether messages to a neighbour in the chain go as far.
   *
   * @param on 1 for the place behind, -1 for the one before
   */
  private boolean isSameWay(int place, int other, int on) {
    if (!chunks.haveSameMessages(place, other, on)) {
      return false;
    }
    if (chunks.isEnd(place, on)) {
      return true;
    }
    int from = layers.chain().stageAt(place);
    int to = layers.chain().stageAt(place + on);
    int otherFrom = layers.chain().stageAt(other);
    int otherTo = layers.chain().stageAt(other + on);
    if (from == to || otherFrom == otherTo) {
      return from == to && otherFrom == otherTo;
    }
    return times.way(rankOfStage[from], rankOfStage[to])
        == times.way(rankOfStage[otherFrom], rankOfStage[otherTo]);
  }
}
