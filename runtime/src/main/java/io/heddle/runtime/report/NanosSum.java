package io.heddle.runtime.report;

import java.math.BigInteger;

/** An exact sum of unsigned times, so that ranks can be added up in any order. */
final class NanosSum {
  private static final BigInteger TWO_TO_64 = BigInteger.ONE.shiftLeft(Long.SIZE);

  private long low;
  private BigInteger carried = BigInteger.ZERO;

  /** Adds a time of so many ranks. */
  void add(long nanos, int ranks) {
    if (nanos >= 0 && Math.multiplyHigh(nanos, ranks) == 0) {
      long product = nanos * ranks;
      if (product >= 0 && low + product >= 0) {
        low += product;
        return;
      }
    }
    BigInteger signed = BigInteger.valueOf(nanos);
    BigInteger unsigned = nanos >= 0 ? signed : signed.add(TWO_TO_64);
    carried = carried.add(unsigned.multiply(BigInteger.valueOf(ranks)));
  }

  double value() {
    return carried.signum() == 0 ? low : carried.add(BigInteger.valueOf(low)).doubleValue();
  }
}
