package io.heddle.runtime.aside;

import io.heddle.runtime.emit.PipelinePass;
import io.heddle.runtime.trace.NodeSink;

/** Writes single passes of a plan's ranks, so that it can be seen how they hold the lanes. */
@FunctionalInterface
public interface SinglePasses {
  /**
   * Writes the nodes of one pass and nothing else.
   *
   * @param layer of the rank's stage; -1 where the pass is of none
   */
  void emit(int rank, PipelinePass pass, int layer, NodeSink sink);
}
