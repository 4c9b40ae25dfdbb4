package io.heddle.runtime.straggler;

import java.math.BigDecimal;
import java.math.RoundingMode;

/** Factors as whole millionths: products of whole numbers are the same on every machine. */
public final class Millionths {
  /** The factor 1. */
  public static final long ONE = 1_000_000;

  /** Digits behind the point. */
  static final int DIGITS = 6;

  /** The product with a rest below {@link #ONE} does not overflow up to this factor. */
  private static final long MOST = Long.MAX_VALUE / ONE - 1;

  private Millionths() {}

  /** The nearest number of millionths, halves up. */
  static long of(BigDecimal factor) {
    return factor.movePointRight(DIGITS).setScale(0, RoundingMode.HALF_UP).longValueExact();
  }

  /**
   * The nearest number of millionths of a factor that is 0 or more, at least one of them; what is
   * beyond all that {@link #product} takes is the most of it.
   */
  public static long nearest(double factor) {
    return Math.max(1, Math.min(MOST, Math.round(factor * ONE)));
  }

  /** The factor of so many millionths. */
  public static double factor(long millionths) {
    return (double) millionths / ONE;
  }

  /** The number as text, such as {@code 1.5}. */
  public static String decimal(long factor) {
    return Decimals.plain(BigDecimal.valueOf(factor, DIGITS)).toString();
  }

  /**
   * The product of a value and a factor: the nearest whole number, halves up, but at least 1.
   *
   * @param value at least 0
   * @param factor in millionths, at least 0
   * @throws ArithmeticException if it has no 64 bits
   */
  public static long product(long value, long factor) {
    if (value < 0 || factor < 0 || factor > MOST) {
      throw new ArithmeticException(value + " times " + factor + " millionths");
    }
    long whole = Math.multiplyExact(value / ONE, factor);
    long rest = (value % ONE * factor + ONE / 2) / ONE;
    return Math.max(1, Math.addExact(whole, rest));
  }
}
