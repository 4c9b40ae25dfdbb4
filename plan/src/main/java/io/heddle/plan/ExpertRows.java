package io.heddle.plan;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;

/** How many rows an expert gets. */
public final class ExpertRows {
  private ExpertRows() {}

  /**
   * Rows of one expert. With both factors the smaller one counts: rows for which the worst expert
   * has no room are dropped.
   *
   * @param sent rows of all tokens: each token as often as it is sent
   * @param experts that share them
   * @param capacity room of an expert over its even share, as a decimal number; empty: as much as
   *     comes
   * @param imbalance rows that come to the worst expert over its even share, as a decimal number;
   *     empty: none gets more than its share, which must be whole if {@code capacity} is empty too
   * @param ranks that share the rows of an expert; where a factor is given, rows are rounded up to
   *     a multiple of it
   * @throws ArithmeticException if the even share is no whole number, or the rows do not fit
   */
  public static long expertRows(
      long sent, long experts, String capacity, String imbalance, long ranks) {
    return expertRows(
            BigInteger.valueOf(sent),
            BigInteger.valueOf(experts),
            capacity,
            imbalance,
            BigInteger.valueOf(ranks))
        .longValueExact();
  }

  /** As the other, of numbers of any size. */
  public static BigInteger expertRows(
      BigInteger sent, BigInteger experts, String capacity, String imbalance, BigInteger ranks) {
    if (capacity.isEmpty() && imbalance.isEmpty()) {
      BigInteger[] share = sent.divideAndRemainder(experts);
      if (share[1].signum() != 0) {
        throw new ArithmeticException(sent + " rows do not divide by " + experts + " experts");
      }
      return share[0];
    }
    BigInteger rows =
        new BigDecimal(sent)
            .multiply(factor(capacity, imbalance))
            .divide(new BigDecimal(experts), 0, RoundingMode.CEILING)
            .toBigInteger();
    return rows.add(ranks).subtract(BigInteger.ONE).divide(ranks).multiply(ranks);
  }

  private static BigDecimal factor(String capacity, String imbalance) {
    if (capacity.isEmpty()) {
      return new BigDecimal(imbalance);
    }
    BigDecimal room = new BigDecimal(capacity);
    return imbalance.isEmpty() ? room : room.min(new BigDecimal(imbalance));
  }
}
