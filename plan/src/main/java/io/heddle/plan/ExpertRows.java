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
   *     empty: none gets more than its share, rounded up
   * @param ranks that share the rows of an expert, which are rounded up to a multiple of it
   * @throws ArithmeticException if the rows do not fit
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
    BigInteger rows =
        new BigDecimal(sent)
            .multiply(factor(capacity, imbalance))
            .divide(new BigDecimal(experts), 0, RoundingMode.CEILING)
            .toBigInteger();
    return rows.add(ranks).subtract(BigInteger.ONE).divide(ranks).multiply(ranks);
  }

  /**
   * Experts of a rank that get a row, where each token chooses different ones and all choices are
   * as likely: {@code local · (1 - (1 - top / all)^tokens)} in the mean, to the nearest whole one.
   *
   * @param local experts of the rank
   * @param all experts that a token may choose from
   * @param top how many it chooses
   * @param tokens that choose
   * @return one at least
   */
  public static long reached(long local, long all, long top, long tokens) {
    double missed = StrictMath.pow(1 - (double) Math.min(top, all) / all, (double) tokens);
    return Math.max(1, Math.round(local * (1 - missed)));
  }

  private static BigDecimal factor(String capacity, String imbalance) {
    if (capacity.isEmpty()) {
      return imbalance.isEmpty() ? BigDecimal.ONE : new BigDecimal(imbalance);
    }
    BigDecimal room = new BigDecimal(capacity);
    return imbalance.isEmpty() ? room : room.min(new BigDecimal(imbalance));
  }
}
