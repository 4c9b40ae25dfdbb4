package io.heddle.runtime.simulate.workload;

import io.heddle.plan.mesh.Group;
import io.heddle.runtime.cost.MessageCost;
import io.heddle.runtime.fold.Fold;
import io.heddle.runtime.simulate.collective.SentParts;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What members of groups send in exchanges, in a network without congestion; each is kept once. */
final class ExchangeShapes {
  private final Fold fold;
  private final MessageCost cost;
  private final Map<Member, List<Shape>> known = new HashMap<>();
  private final List<SentParts> parts = new ArrayList<>();

  ExchangeShapes(Fold fold, MessageCost cost) {
    this.fold = fold;
    this.cost = cost;
  }

  private record Member(int rank, int group) {}

  /** Messages of so many bytes each, to the members that are one farther than the last each. */
  private static final class Shape {
    private final long[] bytes;
    private final int number;

    Shape(long[] bytes, int number) {
      this.bytes = bytes;
      this.number = number;
    }
  }

  /** What has a number. */
  SentParts parts(int number) {
    return parts.get(number);
  }

  /**
   * The number of what a member sends.
   *
   * @param peers the others, in the order in which it sends to them
   * @param bytes to each
   */
  int number(int rank, Group group, int[] peers, long[] bytes) {
    int messages = group.size() - 1;
    List<Shape> shapes =
        known.computeIfAbsent(new Member(rank, group.id()), unused -> new ArrayList<>());
    for (Shape shape : shapes) {
      if (Arrays.equals(shape.bytes, 0, messages, bytes, 0, messages)) {
        return shape.number;
      }
    }
    shapes.add(new Shape(Arrays.copyOf(bytes, messages), parts.size()));
    parts.add(sent(rank, group, peers, bytes));
    return parts.size() - 1;
  }

  private SentParts sent(int rank, Group group, int[] peers, long[] bytes) {
    long[] arrivals = new long[group.size()];
    long now = 0;
    long all = 0;
    for (int i = 0; i < group.size() - 1; i++) {
      now = Math.addExact(now, cost.nanos(rank, peers[i], bytes[i]));
      all = Math.addExact(all, bytes[i]);
      arrivals[fold.displacement(group.id(), rank, peers[i]).orElseThrow()] = now;
    }
    return new SentParts(arrivals, now, all);
  }
}
