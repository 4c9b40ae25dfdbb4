package io.heddle.runtime.simulate.workload;

import java.util.Arrays;

/** Why a rank that does nothing still has nodes. */
public final class UnreachableNodes {
  private static final int MOST_SHOWN = 10;

  private UnreachableNodes() {}

  /** Says it of a rank of which nothing is under way. */
  public static String describe(RankWorkload rank) {
    long[] free = {0, 0};
    rank.eachFree(
        slot -> {
          free[0]++;
          free[1] = rank.nodes().id(slot);
        });
    if (free[0] > 0) {
      return "nothing is under way, and AstraSim looks for free nodes only when something"
          + " completes, so that "
          + rank.source().locate(free[1])
          + " is never issued: the nodes before it take no time; give one a duration";
    }
    return circle(rank);
  }

  private static String circle(RankWorkload rank) {
    NodeTable table = rank.nodes();
    int[] parent = new int[table.slots()];
    Arrays.fill(parent, NodeTable.NONE);
    int start = NodeTable.NONE;
    for (int slot = 0; slot < parent.length; slot++) {
      if (table.holds(slot)) {
        int of = slot;
        table.eachChild(slot, child -> parent[child] = of);
        start = slot;
      }
    }
    // Every node left waits for another one left: going back ends in a circle.
    boolean[] seen = new boolean[parent.length];
    int at = start;
    while (!seen[at]) {
      seen[at] = true;
      at = parent[at];
    }
    StringBuilder text = new StringBuilder("nodes wait for each other in a circle: ");
    int from = at;
    int shown = 0;
    do {
      text.append(Long.toUnsignedString(table.id(at))).append(" waits for ");
      at = parent[at];
    } while (at != from && ++shown < MOST_SHOWN);
    return text.append(at == from ? Long.toUnsignedString(table.id(from)) : "…")
        .append(" (")
        .append(rank.source().locate(table.id(from)))
        .append(')')
        .toString();
  }
}
