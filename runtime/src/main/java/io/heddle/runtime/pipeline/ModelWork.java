package io.heddle.runtime.pipeline;

import io.heddle.runtime.emit.RankEmitter;

/** What a model adds to the pipeline of its plan: its passes, and the sizes of its messages. */
interface ModelWork extends PassMaker {
  /** Emits the end of the step, behind all passes. */
  void step(RankEmitter rank, int stage);

  /** Makes the stream tensor of a message; returns the node that does. */
  long assemble(RankEmitter rank, long received);

  /** Bytes of a message of the one stream between places of the chain. */
  long messageBytes();

  /** Tokens that a pass of one replica draws. */
  long sampledTokens();

  /** See {@link PlanPipeline#program}. */
  Object program();

  /** See {@link PlanPipeline#areAlike}. */
  boolean areAlike(int layer, int other);
}
