package io.heddle.cli.measure;

import java.util.Arrays;
import java.util.List;

/**
 * How far predictions are from measurements. An error is predicted over measured, less 1.
 *
 * @param rows how many
 * @param mean of the errors' sizes
 * @param median of the same
 * @param ninetieth that nine in ten do not exceed
 * @param worst the largest
 * @param bias mean of the errors with their signs
 */
public record ErrorSummary(
    int rows, double mean, double median, double ninetieth, double worst, double bias) {
  /** The mean as files write it: a share above 0 of three digits behind the point, at most 1. */
  public double writtenMean() {
    return Math.max(1, Math.min(1000, Math.round(1000 * mean))) / 1000.0;
  }

  /** Of at least one error. */
  public static ErrorSummary of(List<Double> errors) {
    double[] sizes = errors.stream().mapToDouble(error -> Math.abs(error)).sorted().toArray();
    int n = sizes.length;
    double median = n % 2 == 1 ? sizes[n / 2] : (sizes[n / 2 - 1] + sizes[n / 2]) / 2;
    return new ErrorSummary(
        n,
        Arrays.stream(sizes).average().orElseThrow(),
        median,
        sizes[(int) Math.ceil(0.9 * n) - 1],
        sizes[n - 1],
        errors.stream().mapToDouble(error -> error).average().orElseThrow());
  }
}
