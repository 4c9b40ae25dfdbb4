package io.heddle.plan;

import java.math.BigDecimal;
import java.math.RoundingMode;

/** How many rows an expert gets. */
public final class ExpertRows {
  private ExpertRows() {}

  /**
   * Rows of one expert.
   *
   * @param sent rows of all tokens: each token as often as it is sent
   * @param experts that share them
   * @param capacity rows of an expert over its even share, as a decimal number; empty: the even
   *     share, which must be whole
   * @param imbalance rows of the worst expert over that, as a decimal number; empty: none is worse
   * @param ranks that share the rows of an expert; where a factor is given, rows are rounded up to
   *     a multiple of it
   * @throws ArithmeticException if the even share is no whole number
   */
  public static long expertRows(
      long sent, long experts, String capacity, String imbalance, long ranks) {
    long rows = capacity.isEmpty() ? Exact.divide(sent, experts) : scaled(sent, capacity, experts);
    if (!imbalance.isEmpty()) {
      rows = scaled(rows, imbalance, 1);
    }
    boolean even = capacity.isEmpty() && imbalance.isEmpty();
    return even ? rows : Exact.product(Exact.ceilDiv(rows, ranks), ranks);
  }

  private static long scaled(long rows, String factor, long divisor) {
    return BigDecimal.valueOf(rows)
        .multiply(new BigDecimal(factor))
        .divide(BigDecimal.valueOf(divisor), 0, RoundingMode.CEILING)
        .longValueExact();
  }
}
