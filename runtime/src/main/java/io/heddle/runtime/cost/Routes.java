package io.heddle.runtime.cost;

import io.heddle.plan.NetworkDimension;
import java.util.List;

/** How far ranks lie apart in a network: pairs with one number have messages of one cost. */
final class Routes {
  private static final int DIMENSION_BITS = 8;

  private final List<NetworkDimension> network;

  /**
   * @param network innermost first
   */
  Routes(List<NetworkDimension> network) {
    this.network = List.copyOf(network);
  }

  /** The number of the route between two ranks that differ; the same in both directions. */
  long of(int from, int to) {
    int a = from;
    int b = to;
    int outermost = 0;
    long lowest = -1;
    for (int d = 0; d < network.size(); d++) {
      int n = network.get(d).size();
      int apart = Math.abs(a % n - b % n);
      if (apart != 0) {
        outermost = d;
        long steps = Math.min(apart, n - apart);
        lowest = lowest < 0 ? steps << DIMENSION_BITS | d : lowest;
      }
      a /= n;
      b /= n;
    }
    return lowest << DIMENSION_BITS | outermost;
  }

  /** The outermost dimension in which the ends of a route differ. */
  static int outermost(long route) {
    return (int) (route & ((1 << DIMENSION_BITS) - 1));
  }

  /** How many numbers ranks have along each dimension. */
  int[] members(int[] ranks) {
    int[] members = new int[network.size()];
    int stride = 1;
    for (int d = 0; d < members.length; d++) {
      boolean[] occurs = new boolean[network.get(d).size()];
      for (int rank : ranks) {
        int digit = rank / stride % occurs.length;
        members[d] += occurs[digit] ? 0 : 1;
        occurs[digit] = true;
      }
      stride *= occurs.length;
    }
    return members;
  }
}
