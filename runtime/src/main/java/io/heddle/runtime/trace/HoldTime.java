package io.heddle.runtime.trace;

import io.heddle.plan.Cluster;
import io.heddle.plan.NetworkDimension;
import io.heddle.plan.mesh.Group;
import java.util.List;

/**
 * For how long communication holds the lane of one rank, in ns, if nobody has to be waited for: as
 * the simulator has it in a network without congestion. A ring over n members takes n - 1 steps of
 * the n-th part, an all-reduce twice as many, a hop each; a reduction reads two parts and writes
 * one at the rate of the memory. What all ranks of a network of several dimensions do takes these
 * one after the other.
 */
public final class HoldTime {
  /** What each end of a message takes. */
  private static final long ENDPOINT = 10;

  private static final int PASSES_OF_A_REDUCTION = 3;
  private static final double NANOS = 1e9;

  private final int rank;
  private final int ranks;
  private final NetworkDimension[] dimensions;
  private final double memoryBytesPerNano;

  /** Of a rank of a cluster. */
  public HoldTime(Cluster cluster, int rank) {
    this.rank = rank;
    List<NetworkDimension> live = cluster.liveDimensions();
    this.dimensions = live.toArray(NetworkDimension[]::new);
    int all = 1;
    for (NetworkDimension dimension : dimensions) {
      all *= dimension.size();
    }
    this.ranks = all;
    this.memoryBytesPerNano = cluster.device().sustainedBandwidth() / NANOS;
  }

  /** Of a message to another rank. */
  public long ofMessage(int to, long bytes) {
    return hop(rank, to, bytes);
  }

  /**
   * Of a collective.
   *
   * @param group that the rank is a member of
   * @param bytes as in {@link NodeSink#collective}
   */
  public long ofCollective(Collective collective, Group group, long bytes) {
    if (dimensions.length > 1 && group.size() == ranks) {
      return byDimensions(collective, bytes);
    }
    int n = group.size();
    long part = collective == Collective.ALL_GATHER ? bytes : bytes / n;
    if (collective == Collective.ALL_TO_ALL && dimensions.length == 1) {
      long longest = 0;
      for (int i = 0; i < n; i++) {
        longest = Math.max(longest, group.member(i) == rank ? 0 : hop(rank, group.member(i), part));
      }
      return direct(longest);
    }
    int at = group.position(rank);
    long round = 0;
    for (int i = 0; i < n; i++) {
      round += ahead(group, i, part);
    }
    // What arrives last has gone all the way, but for the hops in front of this rank.
    long steps = steps(collective, n);
    long hops = steps / n * round;
    for (long i = 1; i <= steps % n; i++) {
      hops += ahead(group, Math.floorMod(at - i, n), part);
    }
    return ring(collective, n, part, hops);
  }

  /** From a member of a ring to the next. */
  private long ahead(Group group, int position, long bytes) {
    int next = position + 1 == group.size() ? 0 : position + 1;
    return hop(group.member(position), group.member(next), bytes);
  }

  private long byDimensions(Collective collective, long bytes) {
    int last = dimensions.length - 1;
    return switch (collective) {
      case ALL_REDUCE -> {
        long nanos = 0;
        long data = bytes;
        for (int d = 0; d < last; d++) {
          data /= dimensions[d].size();
          nanos += ring(Collective.REDUCE_SCATTER, d, data);
        }
        nanos += ring(Collective.ALL_REDUCE, last, data / dimensions[last].size());
        for (int d = last - 1; d >= 0; d--) {
          nanos += ring(Collective.ALL_GATHER, d, data);
          data = Math.multiplyExact(data, dimensions[d].size());
        }
        yield nanos;
      }
      case REDUCE_SCATTER -> {
        long nanos = 0;
        long data = bytes;
        for (int d = 0; d <= last; d++) {
          data /= dimensions[d].size();
          nanos += ring(collective, d, data);
        }
        yield nanos;
      }
      case ALL_GATHER -> {
        long nanos = 0;
        long data = bytes;
        for (int d = last; d >= 0; d--) {
          nanos += ring(collective, d, data);
          data = Math.multiplyExact(data, dimensions[d].size());
        }
        yield nanos;
      }
      case ALL_TO_ALL -> {
        long nanos = 0;
        for (NetworkDimension dimension : dimensions) {
          nanos += direct(longest(dimension, bytes / dimension.size()));
        }
        yield nanos;
      }
    };
  }

  /** The hop of a message to the rank that is farthest. */
  private static long longest(NetworkDimension dimension, long bytes) {
    return hop(dimension, 0, dimension.size() / 2, bytes);
  }

  private long ring(Collective collective, int dimension, long part) {
    int n = dimensions[dimension].size();
    long hops = steps(collective, n) * hop(dimensions[dimension], 0, 1, part);
    return ring(collective, n, part, hops);
  }

  private static long steps(Collective collective, long n) {
    return switch (collective) {
      case ALL_REDUCE -> 2 * (n - 1);
      case REDUCE_SCATTER, ALL_GATHER -> n - 1;
      case ALL_TO_ALL -> n * (n - 1) / 2;
    };
  }

  private long ring(Collective collective, int n, long part, long hops) {
    long reduction = PASSES_OF_A_REDUCTION * (long) (part / memoryBytesPerNano);
    return (steps(collective, n) + 1) * ENDPOINT
        + hops
        + (collective.reduces() ? (n - 1) * reduction : 0);
  }

  /** All messages at once. */
  private static long direct(long hop) {
    return hop + 2 * ENDPOINT;
  }

  private long hop(int from, int to, long bytes) {
    int a = from;
    int b = to;
    for (NetworkDimension dimension : dimensions) {
      int size = dimension.size();
      if (a % size != b % size) {
        return hop(dimension, a % size, b % size, bytes);
      }
      a /= size;
      b /= size;
    }
    return 0;
  }

  private static long hop(NetworkDimension dimension, int from, int to, long bytes) {
    int n = dimension.size();
    int hops =
        switch (dimension.topology()) {
          case RING -> Math.min(Math.floorMod(to - from, n), Math.floorMod(from - to, n));
          case SWITCH -> 2;
          case FULLY_CONNECTED -> 1;
        };
    return (long) (hops * dimension.latencyNanos() + bytes / (dimension.bandwidth() / NANOS));
  }
}
