package io.heddle.runtime.pipeline;

import io.heddle.runtime.emit.PipelinePass;
import io.heddle.runtime.emit.RankEmitter;

/** Makes the passes of a rank: node by node as the model says, or otherwise. */
@FunctionalInterface
public interface PassMaker {
  /**
   * Makes a pass.
   *
   * @param layer of the whole model; -1 where the pass is of none
   * @param input makes the stream or its gradient; {@link RankEmitter#NONE} where the pass needs
   *     none
   * @return the node that makes it anew; {@link RankEmitter#NONE} where the pass makes none
   */
  long make(RankEmitter rank, PipelinePass pass, int layer, long input);
}
