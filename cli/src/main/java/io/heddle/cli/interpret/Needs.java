package io.heddle.cli.interpret;

import io.heddle.runtime.emit.PieceEmitter;
import io.heddle.runtime.emit.RankEmitter;

/**
 * What a node in pieces waits for.
 *
 * @param whole places of values that all pieces wait for
 * @param count place of the number of pieces
 * @param cut places of values that come in the same pieces
 * @param over places of the numbers of ranks over which each of those is cut
 */
record Needs(Places whole, int count, Places cut, Places over) {
  /** Begins the node. */
  PieceEmitter begin(ProgramNumbers numbers, RankEmitter rank, long[] made) {
    whole.need(rank, made);
    PieceEmitter pieces = rank.pieces(numbers.size(count));
    for (int i = 0; i < cut.size(); i++) {
      pieces.of(made[cut.at(i)], numbers.size(over.at(i)));
    }
    return pieces;
  }
}
