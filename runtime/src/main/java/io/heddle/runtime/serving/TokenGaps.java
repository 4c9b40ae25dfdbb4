package io.heddle.runtime.serving;

/**
 * How long tokens of a request are apart, counted in classes that are 1/512 of their time wide at
 * most: there are too many tokens to keep each. Mean and extremes are exact.
 */
public final class TokenGaps {
  private static final int BITS = 9;
  private static final int PER_OCTAVE = 1 << BITS;

  private final long[] counts = new long[(64 - BITS) * PER_OCTAVE];
  private long count;
  private double sum;
  private long most;

  /** Adds so many gaps of the same time, ns. */
  void add(long nanos, long times) {
    if (times == 0) {
      return;
    }
    counts[place(nanos)] += times;
    count += times;
    sum += (double) nanos * times;
    most = Math.max(most, nanos);
  }

  /** Times below the width of a class have one each; behind, each octave has as many classes. */
  private static int place(long nanos) {
    if (nanos < PER_OCTAVE) {
      return (int) nanos;
    }
    int shift = 63 - Long.numberOfLeadingZeros(nanos) - BITS;
    return ((shift + 1) << BITS) + (int) ((nanos >>> shift) - PER_OCTAVE);
  }

  /** The middle of a class, ns. */
  private static double middle(int place) {
    if (place < PER_OCTAVE) {
      return place;
    }
    int shift = (place >>> BITS) - 1;
    long from = (long) ((place & (PER_OCTAVE - 1)) + PER_OCTAVE) << shift;
    return from + ((1L << shift) - 1) / 2.0;
  }

  /** How many there are. */
  public long count() {
    return count;
  }

  /** The mean and the shares that are usually asked for, seconds. */
  public Distribution distribution() {
    if (count == 0) {
      return Distribution.EMPTY;
    }
    return new Distribution(
        count,
        sum / count / 1e9,
        quantile(0.5),
        quantile(0.9),
        quantile(0.95),
        quantile(0.99),
        most / 1e9);
  }

  /** The times that shares of the gaps do not exceed, seconds: from the first to all. */
  double[] curve(int points) {
    double[] curve = new double[count == 0 ? 0 : points + 1];
    for (int i = 0; i < curve.length; i++) {
      curve[i] = quantile((double) i / points);
    }
    return curve;
  }

  private double quantile(double share) {
    long rank = Math.max(1, (long) Math.ceil(share * count));
    long seen = 0;
    for (int place = 0; place < counts.length; place++) {
      seen += counts[place];
      if (seen >= rank) {
        return Math.min(middle(place), (double) most) / 1e9;
      }
    }
    return most / 1e9;
  }
}
