package io.heddle.cli.request;

import java.util.Arrays;

/**
 * Points with whole coordinates within limits, and with a product of two of them that is limited
 * too: sequences of a step times the tokens of each.
 *
 * @param from least coordinates
 * @param to largest coordinates
 * @param mostProduct of the first two coordinates
 */
@SuppressWarnings("ArrayRecordComponent")
record Region(int[] from, int[] to, long mostProduct) {
  int dimensions() {
    return from.length;
  }

  /** Whether a box with this least corner has a point of the region. */
  boolean meets(int[] least) {
    return least.length < 2 || (long) least[0] * least[1] <= mostProduct;
  }

  /** A point of the region: coordinates are spread evenly in the logarithm. */
  int[] point(java.util.Random random) {
    int[] point = new int[from.length];
    do {
      Arrays.setAll(point, axis -> spread(from[axis], to[axis], random.nextDouble()));
    } while (!meets(point));
    return point;
  }

  private static int spread(int from, int to, double share) {
    double low = Math.log(from + 1.0);
    double high = Math.log(to + 1.0);
    return (int) Math.min(to, Math.max(from, Math.round(Math.exp(low + share * (high - low)) - 1)));
  }
}
