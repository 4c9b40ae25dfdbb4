package io.heddle.runtime.trace;

import java.math.BigInteger;

/** A sum of numbers from 0 on that never overflows and costs one addition a number. */
final class ExactSum {
  private BigInteger carried = BigInteger.ZERO;
  private long low;

  void add(long value) {
    long sum = low + value;
    if (sum < 0) {
      carried = carried.add(BigInteger.valueOf(low));
      sum = value;
    }
    low = sum;
  }

  void add(ExactSum other) {
    carried = carried.add(other.carried);
    add(other.low);
  }

  BigInteger value() {
    return carried.add(BigInteger.valueOf(low));
  }
}
