package io.heddle.runtime.trace;

import java.util.ArrayList;
import java.util.List;

/**
 * The pieces of a kernel that is cut, see {@link PieceEmitter}. Operations and bytes add up to
 * those of the whole, besides what each piece reads again.
 *
 * @param pieces in the order in which they run, at least 1
 */
public record KernelPieces(List<Kernel> pieces) {
  public KernelPieces {
    pieces = List.copyOf(pieces);
  }

  static KernelPieces of(Kernel whole, int count, long again) {
    List<Kernel> pieces = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      pieces.add(
          whole
              .spec()
              .piece(
                  whole,
                  count,
                  PieceEmitter.share(whole.operations(), i, count),
                  Math.addExact(again, PieceEmitter.share(whole.bytes() - again, i, count)),
                  PieceEmitter.share(whole.matmulOperations(), i, count)));
    }
    return new KernelPieces(pieces);
  }
}
