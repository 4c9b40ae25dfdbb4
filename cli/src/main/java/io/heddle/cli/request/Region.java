package io.heddle.cli.request;

import java.util.Arrays;
import java.util.Optional;
import java.util.Random;

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

  /**
   * A point of the region: coordinates are spread evenly in the logarithm.
   *
   * @param tries draws; empty if each lies beyond the limit
   */
  Optional<int[]> point(Random random, int tries) {
    for (int i = 0; i < tries; i++) {
      int[] point = new int[from.length];
      Arrays.setAll(point, axis -> spread(from[axis], to[axis], random.nextDouble()));
      if (meets(point)) {
        return Optional.of(point);
      }
    }
    return Optional.empty();
  }

  private static int spread(int from, int to, double share) {
    double low = Math.log(from + 1.0);
    double high = Math.log(to + 1.0);
    return (int) Math.min(to, Math.max(from, Math.round(Math.exp(low + share * (high - low)) - 1)));
  }
}
