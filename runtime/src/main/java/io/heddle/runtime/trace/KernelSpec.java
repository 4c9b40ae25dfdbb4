package io.heddle.runtime.trace;

import io.heddle.plan.KernelKind;
import io.heddle.plan.NumberFormat;
import io.heddle.plan.marker.Api;
import io.heddle.runtime.cost.KernelTimes;
import io.heddle.runtime.straggler.Millionths;
import org.jspecify.annotations.Nullable;

/**
 * What a kernel is, before it is said what it costs.
 *
 * @param name block and operation, such as {@code attention.qkv}
 * @param title what it computes, for readers: {@code gemm}, {@code rmsnorm}, {@code silu mul} …
 * @param shape of the whole kernel, even where it runs in pieces
 * @param format of the tensors that it reads; null where nobody has said
 * @param times how long it lasts on its device; null where the roofline says it
 * @param grouped whether its products are those of several experts
 * @param quantised how its operands are quantised; null where they are as tensors are stored
 */
@Api
public record KernelSpec(
    String name,
    KernelKind kind,
    String title,
    KernelShape shape,
    @Nullable NumberFormat format,
    @Nullable KernelTimes times,
    boolean grouped,
    @Nullable QuantisedOperands quantised) {
  /** {@code batch} products of M x K by K x N. */
  public static KernelSpec gemm(String name, String title, long batch, long m, long k, long n) {
    return of(name, KernelKind.GEMM, title, new KernelShape.Gemm(batch, m, k, n));
  }

  /** Attention; sizes as in {@link KernelShape.Attention}. */
  public static KernelSpec attention(
      String name, String title, long batch, long queries, long keys, long depth, long values) {
    KernelShape shape = new KernelShape.Attention(batch, queries, keys, depth, values, false);
    return of(name, KernelKind.ATTENTION, title, shape);
  }

  /** The gradients of attention; sizes as in {@link KernelShape.Attention}. */
  public static KernelSpec attentionBackward(
      String name, String title, long batch, long queries, long keys, long depth, long values) {
    KernelShape shape = new KernelShape.Attention(batch, queries, keys, depth, values, true);
    return of(name, KernelKind.ATTENTION, title, shape);
  }

  /** A kernel with a result of so many elements. */
  public static KernelSpec elements(String name, KernelKind kind, String title, long count) {
    return of(name, kind, title, new KernelShape.Elements(count));
  }

  private static KernelSpec of(String name, KernelKind kind, String title, KernelShape shape) {
    return new KernelSpec(name, kind, title, shape, null, null, false, null);
  }

  /** The same, reading tensors of a format. */
  public KernelSpec in(NumberFormat tensors) {
    return new KernelSpec(name, kind, title, shape, tensors, times, grouped, quantised);
  }

  /**
   * The same, of another shape.
   *
   * @param operands as of the other shape; null where they are as tensors are stored
   */
  public KernelSpec shaped(KernelShape other, @Nullable QuantisedOperands operands) {
    return new KernelSpec(name, kind, title, other, format, times, grouped, operands);
  }

  /** The same, on a device. */
  public KernelSpec on(@Nullable KernelTimes device) {
    return new KernelSpec(name, kind, title, shape, format, device, grouped, quantised);
  }

  /** The same, of quantised operands. */
  public KernelSpec of(QuantisedOperands operands) {
    return new KernelSpec(name, kind, title, shape, format, times, grouped, operands);
  }

  /** The same, of products of several experts. */
  public KernelSpec ofExperts() {
    return new KernelSpec(name, kind, title, shape, format, times, true, quantised);
  }

  /** The kernel, without matrix products of the model; costs as in {@link Kernel}. */
  public Kernel costs(long operations, long bytes) {
    return costs(operations, bytes, 0);
  }

  /**
   * The kernel; costs as in {@link Kernel}.
   *
   * @throws ArithmeticException if it lasts so long that 63 bits do not hold it
   */
  public Kernel costs(long operations, long bytes, long matmulOperations) {
    double factor = 1;
    if (times != null && shape instanceof KernelShape.Gemm gemm && quantised != null) {
      factor =
          times.ofQuantisedProduct(
              grouped,
              gemm.batch(),
              gemm.m(),
              gemm.k(),
              gemm.n(),
              operations,
              bytes,
              quantised.quantising());
    } else if (times != null && shape instanceof KernelShape.Gemm gemm) {
      factor =
          times.ofProduct(grouped, gemm.batch(), gemm.m(), gemm.k(), gemm.n(), operations, bytes);
    } else if (times != null && shape instanceof KernelShape.Attention attention) {
      factor =
          times.ofAttention(
              attention.batch(),
              attention.queries(),
              attention.keys(),
              attention.depth(),
              attention.values(),
              attention.backward(),
              operations,
              bytes,
              matmulOperations);
    } else if (times != null) {
      factor = times.of(kind, operations, bytes);
    }
    return scaled(operations, bytes, matmulOperations, factor);
  }

  /**
   * One of so many pieces of a kernel of this sort; costs as in {@link Kernel}.
   *
   * @param whole all pieces together
   */
  Kernel piece(Kernel whole, int count, long operations, long bytes, long matmulOperations) {
    double factor =
        times == null
            ? 1
            : times.ofPiece(
                times.start(kind, grouped, quantised != null),
                count,
                Millionths.factor(whole.scale()),
                whole.operations(),
                whole.bytes(),
                operations,
                bytes);
    return scaled(operations, bytes, matmulOperations, factor);
  }

  private Kernel scaled(long operations, long bytes, long matmulOperations, double factor) {
    long scale = Millionths.nearest(factor);
    if (scale != Millionths.ONE) {
      // What does not fit is found here, not when the kernel is emitted.
      Millionths.product(operations, scale);
      Millionths.product(bytes, scale);
    }
    return new Kernel(this, operations, bytes, matmulOperations, scale);
  }
}
