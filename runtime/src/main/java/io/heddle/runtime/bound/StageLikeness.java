package io.heddle.runtime.bound;

import io.heddle.runtime.pipeline.ChunkLikeness;
import io.heddle.runtime.pipeline.PipelineFlattener;

/**
 * Which stages do the same as others: as many layers of the same kinds at the same chunks, and
 * messages that go as far. Such stages have the same paths through their actions, in whatever order
 * these come, so that one walk stands for all.
 */
final class StageLikeness {
  /** In place of a way, which is none. */
  private static final long ITSELF = -1;

  private final PipelineFlattener flattener;
  private final LeastTimes times;
  private final ChunkLikeness chunks;
  private final int[] rankOfStage;

  /**
   * @param rankOfStage the lowest rank of each stage
   */
  StageLikeness(PipelineFlattener flattener, LeastTimes times, int[] rankOfStage) {
    this.flattener = flattener;
    this.times = times;
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
    return chunks.areAlike(stage, other, this::way);
  }

  private long way(int from, int to) {
    return from == to ? ITSELF : times.way(rankOfStage[from], rankOfStage[to]);
  }
}
