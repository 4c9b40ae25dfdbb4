package io.heddle.runtime.simulate.config;

import io.heddle.plan.NetworkDimension;
import io.heddle.plan.NetworkDimension.Topology;
import io.heddle.runtime.cost.Machine;
import java.util.List;

/**
 * AstraSim's network file.
 *
 * @param dimensions the first digit of a rank, which varies fastest, stands first; none: one rank
 *     alone, which a file cannot say
 */
public record NetworkConfig(List<Dimension> dimensions) {
  /** Ranks that a network may have. */
  public static final int MOST_RANKS = 1 << 24;

  /** Dimensions that a network may have. */
  public static final int MOST_DIMENSIONS = 16;

  /**
   * One dimension.
   *
   * @param ranks along it, at least 2
   * @param bandwidth of one link in one direction, 2^30 bytes a second; may be infinite
   * @param latency of one hop, ns
   */
  public record Dimension(Topology topology, int ranks, double bandwidth, double latency) {
    public Dimension {
      if (ranks < 2) {
        throw new IllegalArgumentException(
            "npus_count " + ranks + ": a dimension has at least 2 ranks; leave out those of 1");
      }
      if (!(bandwidth > 0)) {
        throw new IllegalArgumentException("bandwidth " + bandwidth + ": must be above 0");
      }
      if (!(latency >= 0) || Double.isInfinite(latency)) {
        throw new IllegalArgumentException("latency " + latency + ": must be 0 or more");
      }
    }

    /** The same in units of a plan. */
    public NetworkDimension ofPlan() {
      return new NetworkDimension(topology, ranks, bandwidth * Machine.NETWORK_GIGABYTE, latency);
    }
  }

  public NetworkConfig {
    dimensions = List.copyOf(dimensions);
    if (dimensions.size() > MOST_DIMENSIONS) {
      throw new IllegalArgumentException(
          dimensions.size() + " dimensions: at most " + MOST_DIMENSIONS + " can be simulated");
    }
    long ranks = 1;
    for (Dimension dimension : dimensions) {
      ranks *= dimension.ranks();
      if (ranks > MOST_RANKS) {
        throw new IllegalArgumentException(
            "npus_count: more than " + MOST_RANKS + " ranks in all cannot be simulated");
      }
    }
  }

  /** Number of all ranks. */
  public int ranks() {
    int ranks = 1;
    for (Dimension dimension : dimensions) {
      ranks *= dimension.ranks();
    }
    return ranks;
  }
}
