package io.heddle.cli.interpret;

import io.heddle.processor.program.CollectiveKind;
import io.heddle.runtime.trace.Exchange;
import io.heddle.runtime.trace.PieceEmitter;
import io.heddle.runtime.trace.RankEmitter;

/**
 * A collective over a group.
 *
 * @param group number of the kind of the group
 * @param bytes place of what it moves
 */
record CollectiveNode(String name, CollectiveKind kind, Exchange exchange, int group, int bytes) {
  /** Emits it whole; what it needs has been named. */
  long run(ProgramNumbers numbers, RankEmitter rank) {
    return run(rank, numbers.size(bytes));
  }

  /** Emits it with so many bytes. */
  long run(RankEmitter rank, long moved) {
    return switch (kind) {
      case ALL_GATHER -> rank.allGather(name, group, moved);
      case REDUCE_SCATTER -> rank.reduceScatter(name, group, moved);
      case ALL_REDUCE -> rank.allReduce(name, group, moved);
      case ALL_TO_ALL -> rank.allToAll(name, group, moved, exchange);
      case PASS_ON -> rank.passOn(name, group, moved);
      case PASS_BACK -> rank.passBack(name, group, moved);
    };
  }

  /** Emits it in pieces. */
  long run(ProgramNumbers numbers, PieceEmitter pieces) {
    long moved = numbers.size(bytes);
    return switch (kind) {
      case ALL_GATHER -> pieces.allGather(name, group, moved);
      case REDUCE_SCATTER -> pieces.reduceScatter(name, group, moved);
      case ALL_REDUCE -> pieces.allReduce(name, group, moved);
      case ALL_TO_ALL, PASS_ON, PASS_BACK -> throw new IllegalStateException(name + " is not cut");
    };
  }
}
