package io.heddle.runtime.pool;

import io.heddle.runtime.cost.CarriedBytes;
import io.heddle.runtime.cost.MessageCost;

/**
 * The line over which an instance of a pool hands on its caches. Each rank of a pipeline stage has
 * an equal share of it.
 *
 * @param bytesPerSecond of an instance
 * @param latencyNanos of each message
 * @param byLayer whether each layer's cache is sent when the layer is computed, beside those that
 *     follow; else all of them are sent when the rank has computed its last one
 */
public record CacheLine(double bytesPerSecond, long latencyNanos, boolean byLayer) {
  private static final double NANOS = 1e9;

  /**
   * How long a message takes, ns.
   *
   * @param ranks that share the line
   */
  double nanos(long bytes, int ranks) {
    return latencyNanos + NANOS * bytes * ranks / bytesPerSecond;
  }

  /**
   * The size of a message that takes as long in a network, where that is not slower even for one
   * byte.
   */
  long carried(MessageCost network, int from, int to, long bytes, int ranks) {
    return CarriedBytes.inverse(1, nanos(bytes, ranks), size -> network.nanos(from, to, size));
  }
}
