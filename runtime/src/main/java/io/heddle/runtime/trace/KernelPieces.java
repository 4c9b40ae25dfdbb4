package io.heddle.runtime.trace;

import java.util.ArrayList;
import java.util.List;

/**
 * The pieces of a kernel that is cut to run beside its neighbours. Operations and bytes add up to
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
                  share(whole.operations(), i, count),
                  Math.addExact(again, share(whole.bytes() - again, i, count)),
                  share(whole.matmulOperations(), i, count)));
    }
    return new KernelPieces(pieces);
  }

  /** The i-th of {@code count} parts of a number, which add up to it and differ by one at most. */
  public static long share(long all, int i, int count) {
    return part(all, i + 1, count) - part(all, i, count);
  }

  /** i parts of {@code count}, rounded down, of a number up to 2^63. */
  private static long part(long all, int i, int count) {
    return all / count * i + all % count * i / count;
  }
}
