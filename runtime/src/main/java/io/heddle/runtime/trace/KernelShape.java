package io.heddle.runtime.trace;

import io.heddle.plan.marker.Api;

/** How large a kernel is, in elements of one rank. */
@Api
public sealed interface KernelShape {
  /** {@code batch} products of M x K by K x N. */
  record Gemm(long batch, long m, long k, long n) implements KernelShape {}

  /**
   * Queries by keys, {@code batch} times.
   *
   * @param depth of queries and keys, over which scores are summed
   * @param values elements of a value, and so of each result
   * @param backward whether gradients are made
   */
  record Attention(long batch, long queries, long keys, long depth, long values, boolean backward)
      implements KernelShape {}

  /** A result of so many elements. */
  record Elements(long count) implements KernelShape {}
}
