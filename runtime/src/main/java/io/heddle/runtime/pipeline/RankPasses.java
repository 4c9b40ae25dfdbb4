package io.heddle.runtime.pipeline;

import io.heddle.runtime.emit.PipelinePass;
import io.heddle.runtime.emit.RankEmitter;
import io.heddle.runtime.trace.NodeSink;

/**
 * Writes single passes of a rank and nothing else: no messages between stages, no gathers of
 * weights, no reductions. What a pass uses of others is there.
 */
public final class RankPasses {
  private final RankEmitter rank;
  private final PassMaker maker;
  private int emitted;

  RankPasses(RankEmitter rank, PassMaker maker) {
    this.rank = rank;
    this.maker = maker;
  }

  /**
   * Writes the nodes of a pass, whose ids follow those of the passes before.
   *
   * @param layer of the rank's stage; -1 where the pass is of none
   */
  public void emit(PipelinePass pass, int layer, NodeSink sink) {
    rank.begin(emitted++, sink);
    rank.at(pass.direction(), 0);
    rank.layer(layer);
    maker.make(rank, pass, layer, RankEmitter.NONE);
    rank.end();
  }
}
