package io.heddle.runtime.trace;

import io.heddle.plan.Exact;
import io.heddle.plan.Quantisation;
import io.heddle.plan.marker.Api;

/**
 * How a product reads its operands.
 *
 * @param by what they are quantised by
 * @param left whether the kernel quantises the left one itself, for all products that read it
 */
@Api
public record QuantisedOperands(Quantisation by, boolean left) {
  /**
   * Bytes that the kernel reads and writes to quantise.
   *
   * @param tensorBytes bytes of an element before
   */
  long quantisingBytes(KernelShape.Gemm gemm, long tensorBytes) {
    return left
        ? by.quantisingBytes(Exact.product(gemm.batch(), gemm.m(), gemm.k()), tensorBytes)
        : 0;
  }
}
