package io.heddle.runtime.trace;

import java.math.BigInteger;

/** A sum of numbers from 0 on that never overflows and costs one addition a number. */
final class ExactSum {
  private BigInteger carried = BigInteger.ZERO;
  private long low;

  void add(long value) {
    long sum = low + value;
    low = sum < 0 ? carry(value) : sum;
  }

  /** Carries what there is, so that {@code value} is left. */
  private long carry(long value) {
    carried = carried.add(BigInteger.valueOf(low));
    return value;
  }

  /** Adds another sum so many times. */
  void add(ExactSum other, long times) {
    if (other.carried.signum() == 0 && Math.multiplyHigh(other.low, times) == 0) {
      long product = other.low * times;
      if (product >= 0) {
        add(product);
        return;
      }
    }
    carried = carried.add(other.value().multiply(BigInteger.valueOf(times)));
  }

  BigInteger value() {
    return carried.add(BigInteger.valueOf(low));
  }
}
