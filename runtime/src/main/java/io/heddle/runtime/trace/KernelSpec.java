package io.heddle.runtime.trace;

import io.heddle.plan.KernelKind;
import io.heddle.plan.NumberFormat;
import io.heddle.plan.marker.Api;
import org.jspecify.annotations.Nullable;

/**
 * What a kernel is, before it is said what it costs.
 *
 * @param name block and operation, such as {@code attention.qkv}
 * @param title what it computes, for readers: {@code gemm}, {@code rmsnorm}, {@code silu mul} …
 * @param shape of the whole kernel, even where it runs in pieces
 * @param format of the tensors that it reads; null where nobody has said
 */
@Api
public record KernelSpec(
    String name, KernelKind kind, String title, KernelShape shape, @Nullable NumberFormat format) {
  /** {@code batch} products of M x K by K x N. */
  public static KernelSpec gemm(String name, String title, long batch, long m, long k, long n) {
    return new KernelSpec(name, KernelKind.GEMM, title, new KernelShape.Gemm(batch, m, k, n), null);
  }

  /** Attention; sizes as in {@link KernelShape.Attention}. */
  public static KernelSpec attention(
      String name, String title, long batch, long queries, long keys, long depth, long values) {
    KernelShape shape = new KernelShape.Attention(batch, queries, keys, depth, values);
    return new KernelSpec(name, KernelKind.ATTENTION, title, shape, null);
  }

  /** A kernel with a result of so many elements. */
  public static KernelSpec elements(String name, KernelKind kind, String title, long count) {
    return new KernelSpec(name, kind, title, new KernelShape.Elements(count), null);
  }

  /** The same, reading tensors of a format. */
  public KernelSpec in(NumberFormat tensors) {
    return new KernelSpec(name, kind, title, shape, tensors);
  }

  /** The kernel, without matrix products of the model; costs as in {@link Kernel}. */
  public Kernel costs(long operations, long bytes) {
    return costs(operations, bytes, 0);
  }

  /** The kernel; costs as in {@link Kernel}. */
  public Kernel costs(long operations, long bytes, long matmulOperations) {
    return new Kernel(this, operations, bytes, matmulOperations);
  }
}
