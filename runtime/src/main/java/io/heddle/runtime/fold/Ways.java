package io.heddle.runtime.fold;

import io.heddle.plan.Cluster;
import io.heddle.plan.NetworkDimension;
import io.heddle.runtime.cost.MessageCost;
import java.util.BitSet;
import java.util.List;

/**
 * How ranks lie apart, as numbers: messages of one size that take the same way take the same time.
 * Where networks have figures, what is sent carries other sizes by the outermost network that it
 * crosses and by how its group lies in all of them ({@link io.heddle.runtime.cost.CarriedBytes}):
 * then these tell ways apart, too.
 */
final class Ways {
  private final MessageCost messages;
  private final int[] sizes;
  private final boolean haveFigures;

  Ways(MessageCost messages, Cluster cluster) {
    List<NetworkDimension> network = cluster.liveDimensions();
    this.messages = messages;
    this.sizes = network.stream().mapToInt(NetworkDimension::size).toArray();
    this.haveFigures = sizes.length > 1 && network.stream().anyMatch(d -> !d.transfers().isEmpty());
  }

  /** The way between two ranks that differ. */
  int of(int from, int to) {
    int way = messages.way(from, to);
    return haveFigures ? way * sizes.length + outermost(from, to) : way;
  }

  /** Whether there is one way only. */
  boolean areAlike() {
    return messages.isUniform() && !haveFigures;
  }

  /** The outermost network in which two ranks differ. */
  private int outermost(int from, int to) {
    int a = from;
    int b = to;
    int outermost = 0;
    for (int d = 0; d < sizes.length; d++) {
      if (a % sizes[d] != b % sizes[d]) {
        outermost = d;
      }
      a /= sizes[d];
      b /= sizes[d];
    }
    return outermost;
  }

  /** Of each ring a number for how many places it takes in each network; all 0 without figures. */
  int[] extents(Rings rings) {
    int[] extents = new int[rings.count()];
    if (!haveFigures) {
      return extents;
    }
    Numbers numbers = new Numbers();
    int[] places = new int[sizes.length];
    BitSet digits = new BitSet();
    for (int group = 0; group < extents.length; group++) {
      int stride = 1;
      for (int d = 0; d < sizes.length; d++) {
        places[d] = 0;
        for (int i = 0; i < rings.size(); i++) {
          int digit = rings.member(group, i) / stride % sizes[d];
          if (!digits.get(digit)) {
            digits.set(digit);
            places[d]++;
          }
        }
        for (int i = 0; i < rings.size(); i++) {
          digits.clear(rings.member(group, i) / stride % sizes[d]);
        }
        stride *= sizes[d];
      }
      extents[group] = numbers.of(places, places.length);
    }
    return extents;
  }
}
