package io.heddle.runtime.cost;

import io.heddle.plan.mesh.Group;
import java.util.HashMap;
import java.util.Map;

/**
 * What a message takes that every member of a group sends equally far along the group's ring: as
 * long as the slowest of them, for which the others wait sooner or later.
 */
public final class RingMessageCost {
  private record Shift(int group, int distance) {}

  private final MessageCost messages;

  /** One sender and receiver for each way that messages take. */
  private final Map<Shift, int[]> ways = new HashMap<>();

  /** Messages in a machine's network. */
  public RingMessageCost(MessageCost messages) {
    this.messages = messages;
  }

  /** ns until the last member has its message; {@code from} and {@code to} are two members. */
  public long nanos(Group group, int from, int to, long bytes) {
    int distance = Math.floorMod(group.position(to) - group.position(from), group.size());
    int[] pairs =
        ways.computeIfAbsent(new Shift(group.id(), distance), shift -> pairs(group, distance));
    long slowest = 0;
    for (int i = 0; i < pairs.length; i += 2) {
      slowest = Math.max(slowest, messages.nanos(pairs[i], pairs[i + 1], bytes));
    }
    return slowest;
  }

  private int[] pairs(Group group, int distance) {
    Map<Integer, int[]> each = new HashMap<>();
    for (int i = 0; i < group.size(); i++) {
      int from = group.member(i);
      int to = group.member((i + distance) % group.size());
      each.putIfAbsent(messages.way(from, to), new int[] {from, to});
    }
    return each.values().stream().flatMapToInt(java.util.Arrays::stream).toArray();
  }
}
