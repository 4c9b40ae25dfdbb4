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

  /** Messages of so many bytes each, from some on to the members that are one farther each. */
  private static final class Shape {
    private final int from;
    private final long[] bytes;
    private final int number;

    Shape(int from, long[] bytes, int number) {
      this.from = from;
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
   * @param from the first of the messages that are meant
   * @param to behind the last of them
   */
  int number(int rank, Group group, int[] peers, long[] bytes, int from, int to) {
    List<Shape> shapes =
        known.computeIfAbsent(new Member(rank, group.id()), unused -> new ArrayList<>());
    for (Shape shape : shapes) {
      if (shape.from == from
          && Arrays.equals(shape.bytes, 0, shape.bytes.length, bytes, from, to)) {
        return shape.number;
      }
    }
    shapes.add(new Shape(from, Arrays.copyOfRange(bytes, from, to), parts.size()));
    SentParts sent = new SentParts(group.size(), to < group.size() - 1);
    for (int i = from; i < to; i++) {
      sent.add(
          fold.displacement(group.id(), rank, peers[i]).orElseThrow(),
          cost.nanos(rank, peers[i], bytes[i]),
          bytes[i]);
    }
    parts.add(sent);
    return parts.size() - 1;
  }
}
