package io.heddle.runtime.serving;

import io.heddle.plan.serving.Goal;
import java.util.Arrays;

/**
 * How a time of requests is distributed; seconds.
 *
 * @param count of requests, or of tokens
 * @param p50 what half of them do not exceed, as the others
 */
public record Distribution(
    long count, double mean, double p50, double p90, double p95, double p99, double most) {
  /** Of nothing. */
  public static final Distribution EMPTY =
      new Distribution(0, Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN);

  /**
   * Of values, which are sorted by this. A share between two values is interpolated, as numpy's
   * {@code percentile} does, which the clients of the engines use.
   */
  public static Distribution of(double[] values) {
    if (values.length == 0) {
      return EMPTY;
    }
    Arrays.sort(values);
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return new Distribution(
        values.length,
        sum / values.length,
        quantile(values, 0.5),
        quantile(values, 0.9),
        quantile(values, 0.95),
        quantile(values, 0.99),
        values[values.length - 1]);
  }

  /**
   * The values that shares of all do not exceed, from the least to the largest; none of none.
   *
   * @param values which are sorted by this
   * @param points how many steps there are from share to share
   */
  static double[] curve(double[] values, int points) {
    Arrays.sort(values);
    double[] curve = new double[values.length == 0 ? 0 : points + 1];
    for (int i = 0; i < curve.length; i++) {
      curve[i] = quantile(values, (double) i / points);
    }
    return curve;
  }

  /** One of its values. */
  public double at(Goal.Share share) {
    return switch (share) {
      case MEAN -> mean;
      case P50 -> p50;
      case P90 -> p90;
      case P95 -> p95;
      case P99 -> p99;
    };
  }

  private static double quantile(double[] sorted, double share) {
    double place = share * (sorted.length - 1);
    int below = (int) place;
    double above = below + 1 < sorted.length ? sorted[below + 1] : sorted[below];
    return sorted[below] + (place - below) * (above - sorted[below]);
  }
}
