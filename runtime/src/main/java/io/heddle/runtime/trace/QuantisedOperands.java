package io.heddle.runtime.trace;

import io.heddle.plan.Exact;
import io.heddle.plan.Quantisation;
import io.heddle.plan.marker.Api;

/**
 * How a product reads its operands.
 *
 * @param by what they are quantised by
 * @param left whether the kernel quantises the left one itself, for all products that read it
 * @param came whether the left one came quantised by rows, so that the kernel does so by columns
 */
@Api
public record QuantisedOperands(Quantisation by, boolean left, boolean came) {
  /** Operands of which none came quantised from other ranks. */
  public QuantisedOperands(Quantisation by, boolean left) {
    this(by, left, false);
  }

  /** The left operand came quantised by rows. */
  public static QuantisedOperands transposing(Quantisation by) {
    return new QuantisedOperands(by, true, true);
  }

  /**
   * Bytes that the kernel reads and writes to quantise.
   *
   * @param tensorBytes bytes of an element before
   */
  long quantisingBytes(KernelShape.Gemm gemm, long tensorBytes) {
    if (!left) {
      return 0;
    }
    long elements = Exact.product(gemm.batch(), gemm.m(), gemm.k());
    return came ? by.transposingBytes(elements) : by.quantisingBytes(elements, tensorBytes);
  }
}
