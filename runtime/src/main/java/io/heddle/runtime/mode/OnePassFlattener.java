package io.heddle.runtime.mode;

import io.heddle.runtime.pipeline.PipelineFlattener;
import io.heddle.runtime.pipeline.RankPasses;
import io.heddle.runtime.trace.Emission;
import io.heddle.runtime.trace.ForwardingFlattener;
import io.heddle.runtime.trace.NodeSink;
import io.heddle.runtime.trace.RankTrace;
import java.util.Arrays;

/** One pass on some ranks; all others have nothing to do. */
final class OnePassFlattener extends ForwardingFlattener {
  private final PipelineFlattener flattener;
  private final PassKind kind;
  private final int[] members;
  private final PartProgress progress;

  /**
   * @param members ascending
   * @param progress is told of each rank that begins the pass
   */
  OnePassFlattener(
      PipelineFlattener flattener, PassKind kind, int[] members, PartProgress progress) {
    super(flattener);
    this.flattener = flattener;
    this.kind = kind;
    this.members = members;
    this.progress = progress;
  }

  @Override
  public RankTrace open(int rank, Emission emission) {
    RankPasses passes = flattener.pipeline().passes(rank, emission);
    return new RankTrace() {
      @Override
      public int rank() {
        return rank;
      }

      @Override
      public void emit(int action, NodeSink sink) {
        progress.begin();
        passes.emit(kind.pass(), kind.layer(), sink);
      }
    };
  }

  @Override
  public int actions(int rank) {
    return Arrays.binarySearch(members, rank) >= 0 ? 1 : 0;
  }

  @Override
  public void emit(int rank, NodeSink sink) {
    if (actions(rank) > 0) {
      open(rank).emit(0, sink);
    }
  }
}
