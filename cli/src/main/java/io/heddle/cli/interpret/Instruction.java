package io.heddle.cli.interpret;

import io.heddle.runtime.emit.RankEmitter;

/** A node of a pass, or what is said of those behind it. It is the same for all plans. */
interface Instruction {
  /** The nodes to come compute again what the forward pass did. */
  Instruction RECOMPUTE = (numbers, rank, made) -> rank.recompute();

  /** The nodes to come do not. */
  Instruction BACKWARD = (numbers, rank, made) -> rank.backward();

  /**
   * Emits it.
   *
   * @param made ids of the nodes that make the values of the pass, by their places
   */
  void run(ProgramNumbers numbers, RankEmitter rank, long[] made);
}
