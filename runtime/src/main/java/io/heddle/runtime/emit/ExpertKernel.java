package io.heddle.runtime.emit;

import io.heddle.runtime.trace.Kernel;
import io.heddle.runtime.trace.KernelShape;
import io.heddle.runtime.trace.QuantisedOperands;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * A kernel that works on the rows of experts, of which a rank has another number in each
 * micro-batch and layer. Costs are linear in the rows: a part is there without any, such as the
 * weights that it reads. Its products are taken to have equal parts of the rows.
 */
public final class ExpertKernel {
  /** Kernels that are kept, a power of two: ranks near each other ask for the same again. */
  private static final int KEPT = 64;

  private final Kernel even;
  private final int route;
  private final int places;
  private final long operations;
  private final long bytes;
  private final long matmulOperations;
  private final AtomicReferenceArray<@Nullable Known> known = new AtomicReferenceArray<>(KEPT);

  private record Known(long rows, long evenRows, Kernel kernel) {}

  /**
   * A kernel.
   *
   * @param even with the rows of an even share
   * @param route number of the route that the rows come by
   * @param places which numbers of its shape are rows, or multiples of them: bit i stands for the
   *     i-th
   * @param operations that are there without rows; so the others
   */
  public ExpertKernel(
      Kernel even, int route, int places, long operations, long bytes, long matmulOperations) {
    this.even = even;
    this.route = route;
    this.places = places;
    this.operations = operations;
    this.bytes = bytes;
    this.matmulOperations = matmulOperations;
  }

  /** Number of the route that the rows come by. */
  int route() {
    return route;
  }

  /**
   * The kernel for a number of rows.
   *
   * @param rows at least 1
   * @param evenRows of an even share
   */
  Kernel of(long rows, long evenRows) {
    int slot = (int) (rows & (KEPT - 1));
    Known last = known.get(slot);
    if (last == null || last.rows() != rows || last.evenRows() != evenRows) {
      last = new Known(rows, evenRows, make(rows, evenRows));
      known.set(slot, last);
    }
    return last.kernel();
  }

  private Kernel make(long rows, long evenRows) {
    return even.spec()
        .shaped(shape(rows, evenRows), quantised(rows, evenRows))
        .costs(
            cost(operations, even.operations(), rows, evenRows),
            cost(bytes, even.bytes(), rows, evenRows),
            cost(matmulOperations, even.matmulOperations(), rows, evenRows));
  }

  /** What is quantised is rows. */
  private @Nullable QuantisedOperands quantised(long rows, long evenRows) {
    QuantisedOperands operands = even.spec().quantised();
    return operands == null
        ? null
        : new QuantisedOperands(RankRows.share(operands.quantising(), rows, evenRows));
  }

  private KernelShape shape(long rows, long evenRows) {
    KernelShape shape = even.spec().shape();
    if (shape instanceof KernelShape.Gemm gemm) {
      return new KernelShape.Gemm(
          part(gemm.batch(), 0, rows, evenRows),
          part(gemm.m(), 1, rows, evenRows),
          part(gemm.k(), 2, rows, evenRows),
          part(gemm.n(), 3, rows, evenRows));
    }
    if (shape instanceof KernelShape.Attention attention) {
      return new KernelShape.Attention(
          part(attention.batch(), 0, rows, evenRows),
          part(attention.queries(), 1, rows, evenRows),
          part(attention.keys(), 2, rows, evenRows),
          part(attention.depth(), 3, rows, evenRows),
          part(attention.values(), 4, rows, evenRows),
          attention.backward());
    }
    return new KernelShape.Elements(
        part(((KernelShape.Elements) shape).count(), 0, rows, evenRows));
  }

  private long part(long number, int place, long rows, long evenRows) {
    return ((places >> place) & 1) == 0 ? number : RankRows.share(number, rows, evenRows);
  }

  private static long cost(long always, long whole, long rows, long evenRows) {
    return Math.addExact(always, RankRows.share(Math.subtractExact(whole, always), rows, evenRows));
  }
}
