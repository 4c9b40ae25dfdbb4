package io.heddle.runtime.emit;

import io.heddle.plan.Exact;
import java.util.Map;

/**
 * A sum over a group that goes in two levels, as three collectives (the torus all-reduce of Mikami
 * et al. 2018, "Massively Distributed SGD"): the members in each node reduce-scatter, those at the
 * same place in each node all-reduce what that leaves, the members in each node gather. So what a
 * rank sends between nodes is as many times less as there are members in a node.
 */
public final class TwoLevelSum {
  /** The largest element of a number format has so many bytes. */
  private static final int WHOLE_ELEMENTS = 8;

  private TwoLevelSum() {}

  /** Operations of the collectives inside the nodes. */
  record Names(String scatter, String gather) {}

  /** The names for a sum, which are made once. */
  static Names names(Map<String, Names> known, String operation) {
    Names names = known.get(operation);
    if (names == null) {
      names = new Names(operation + ".scatter", operation + ".gather");
      known.put(operation, names);
    }
    return names;
  }

  /**
   * Bytes of which each member in a node has the sum: its share, rounded up to 8 bytes, so that
   * elements of every format stay whole.
   *
   * @param members in a node
   */
  public static long part(long bytes, int members) {
    return Math.multiplyExact(
        Exact.ceilDiv(Exact.ceilDiv(bytes, members), WHOLE_ELEMENTS), WHOLE_ELEMENTS);
  }
}
