package io.heddle.runtime.cost;

import io.heddle.plan.NetworkDimension;
import io.heddle.plan.NetworkDimension.Topology;

/**
 * What a message takes in a network without congestion, ns. Only the lowest dimension in which the
 * two ranks differ counts: hops times latency, and the bytes once, cut to whole ns.
 */
public final class MessageCost {
  private static final double NANOS = 1e9;

  private final int[] ranks;
  private final Topology[] topology;
  private final double[] latency;
  private final double[] bytesPerNano;

  /** Messages in a machine's network. */
  public MessageCost(Machine machine) {
    int dimensions = machine.network().size();
    ranks = new int[dimensions];
    topology = new Topology[dimensions];
    latency = new double[dimensions];
    bytesPerNano = new double[dimensions];
    for (int d = 0; d < dimensions; d++) {
      NetworkDimension dimension = machine.network().get(d);
      ranks[d] = dimension.size();
      topology[d] = dimension.topology();
      latency[d] = dimension.latencyNanos();
      bytesPerNano[d] = dimension.bandwidth() / NANOS;
    }
  }

  /** ns from sending to arrival; {@code from} and {@code to} differ. */
  public long nanos(int from, int to, long bytes) {
    int a = from;
    int b = to;
    for (int d = 0; ; d++) {
      int n = ranks[d];
      int digitA = a % n;
      int digitB = b % n;
      if (digitA != digitB) {
        double nanos =
            hops(topology[d], n, digitA, digitB) * latency[d]
                + UnsignedCast.toDouble(bytes) / bytesPerNano[d];
        return UnsignedCast.of(nanos);
      }
      a /= n;
      b /= n;
    }
  }

  /**
   * A number for each way that a message can take: messages of one size that take the same way take
   * the same time.
   */
  public int way(int from, int to) {
    int a = from;
    int b = to;
    int first = 0;
    for (int d = 0; ; d++) {
      int n = ranks[d];
      int digitA = a % n;
      int digitB = b % n;
      if (digitA != digitB) {
        return first + hops(topology[d], n, digitA, digitB);
      }
      first += n;
      a /= n;
      b /= n;
    }
  }

  /** Whether messages of one size take the same time between any two ranks. */
  public boolean isUniform() {
    return ranks.length == 1 && topology[0] != Topology.RING;
  }

  private static int hops(Topology topology, int n, int from, int to) {
    return switch (topology) {
      case RING -> {
        int clockwise = to >= from ? to - from : to - from + n;
        yield Math.min(clockwise, n - clockwise);
      }
      case SWITCH -> 2;
      case FULLY_CONNECTED -> 1;
    };
  }
}
