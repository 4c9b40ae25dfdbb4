package io.heddle.plan;

import java.math.BigInteger;

/**
 * Arithmetic of generated code: exact, or an {@link ArithmeticException}. Usual numbers of operands
 * have methods of their own, because a call with an array takes a third more bytecode.
 */
public final class Exact {
  private Exact() {}

  /** The product. */
  public static long product(long a, long b) {
    return Math.multiplyExact(a, b);
  }

  /** The product. */
  public static long product(long a, long b, long c) {
    return product(product(a, b), c);
  }

  /** The product. */
  public static long product(long a, long b, long c, long d) {
    return product(product(a, b, c), d);
  }

  /** The product. */
  public static long product(long a, long b, long c, long d, long e) {
    return product(product(a, b, c, d), e);
  }

  /** The product. */
  public static long product(long a, long b, long c, long d, long e, long f) {
    return product(product(a, b, c, d, e), f);
  }

  /** The product. */
  public static long product(long... factors) {
    long product = 1;
    for (long factor : factors) {
      product = Math.multiplyExact(product, factor);
    }
    return product;
  }

  /** The product of numbers whose product may pass 63 bits. */
  public static BigInteger wideProduct(long... factors) {
    BigInteger product = BigInteger.ONE;
    for (long factor : factors) {
      product = product.multiply(BigInteger.valueOf(factor));
    }
    return product;
  }

  /** The sum of numbers that may pass 63 bits. */
  public static BigInteger wideSum(BigInteger... terms) {
    BigInteger sum = BigInteger.ZERO;
    for (BigInteger term : terms) {
      sum = sum.add(term);
    }
    return sum;
  }

  /** The sum. */
  public static long sum(long a, long b) {
    return Math.addExact(a, b);
  }

  /** The sum. */
  public static long sum(long a, long b, long c) {
    return sum(sum(a, b), c);
  }

  /** The sum. */
  public static long sum(long a, long b, long c, long d) {
    return sum(sum(a, b, c), d);
  }

  /** The sum. */
  public static long sum(long... terms) {
    long sum = 0;
    for (long term : terms) {
      sum = Math.addExact(sum, term);
    }
    return sum;
  }

  /**
   * The quotient.
   *
   * @throws ArithmeticException if there is a remainder
   */
  public static long divide(long dividend, long divisor) {
    if (divisor == 0 || dividend % divisor != 0) {
      throw new ArithmeticException(dividend + " / " + divisor + " is no whole number");
    }
    return dividend / divisor;
  }

  /** The quotient, rounded up. */
  public static long ceilDiv(long dividend, long divisor) {
    return -Math.floorDiv(-dividend, divisor);
  }

  /** The next multiple, the value itself if it is one. */
  public static long roundUp(long value, long multiple) {
    return product(ceilDiv(value, multiple), multiple);
  }

  /** The greatest common divisor. */
  public static long gcd(long a, long b) {
    return b == 0 ? Math.abs(a) : gcd(b, a % b);
  }
}
