package io.heddle.runtime.cost;

/** The conversion from {@code double} to unsigned 64 bits as gcc does it on x86-64. */
public final class UnsignedCast {
  private static final double TWO_TO_63 = 0x1p63;

  private UnsignedCast() {}

  /**
   * Truncates. Beyond the range of 64 bits the answer is that of the machine: 2^63 for NaN and what
   * is too small, 0 for what is too large.
   */
  public static long of(double value) {
    if (value >= TWO_TO_63) {
      return signed(value - TWO_TO_63) ^ Long.MIN_VALUE;
    }
    return signed(value);
  }

  private static long signed(double value) {
    return value >= -TWO_TO_63 && value < TWO_TO_63 ? (long) value : Long.MIN_VALUE;
  }

  /** The nearest {@code double} to an unsigned number. */
  public static double toDouble(long unsigned) {
    if (unsigned >= 0) {
      return unsigned;
    }
    // Halved with the lost bit kept sticky, so that the doubling rounds once.
    return (double) ((unsigned >>> 1) | (unsigned & 1)) * 2;
  }
}
