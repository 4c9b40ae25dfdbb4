package io.heddle.runtime.emit;

import io.heddle.plan.mesh.Group;
import io.heddle.plan.mesh.Neighbours;
import java.util.List;
import java.util.function.IntToLongFunction;

/**
 * Messages between members of a group: what all exchange with all, and what goes round their ring.
 */
final class GroupMessages {
  /** Their tags begin above those of messages between stages. */
  private static final int FIRST_TAG = 1 << 28;

  private static final int TAGS = 1 << 27;

  private final NodeWriter writer;
  private final EmittedNode node;
  private final NodeIdList needed = new NodeIdList();
  private int exchanges;

  GroupMessages(NodeWriter writer) {
    this.writer = writer;
    this.node = writer.node();
  }

  /**
   * Exchanges the parts of a tensor: member i sends to i + 1, i + 2, … and receives from i - 1, i -
   * 2, ….
   *
   * @param bytes of the whole tensor
   * @return the bundle of all receives
   */
  long exchange(String operation, Group group, long bytes) {
    return exchangeAlike(operation, group, Math.max(1, bytes / group.size()));
  }

  /** As {@link #exchange(String, Group, long)}, of so many bytes for each other member. */
  long exchangeAlike(String operation, Group group, long part) {
    return exchange(operation, group, peer -> part, peer -> part);
  }

  /**
   * As the other, of parts of different sizes. A part of 0 bytes is not sent: AstraSim takes no
   * such message. Where there is nothing to send, what would wait for the exchange waits for what
   * it needs.
   *
   * @param sent bytes that go to a member
   * @param received bytes that come from a member: what it says that it sends
   */
  long exchange(String operation, Group group, IntToLongFunction sent, IntToLongFunction received) {
    int members = group.size();
    int me = group.position(writer.rank());
    int tag = nextTag();
    node.exchanges = true;
    boolean sends = false;
    for (int distance = 1; distance < members; distance++) {
      int to = group.member((me + distance) % members);
      long bytes = sent.applyAsLong(to);
      if (bytes > 0) {
        send(group, operation, to, tag, bytes);
        sends = true;
      }
    }
    needed.clear();
    if (!sends) {
      needed.take(node.dataDependencies);
    }
    Bundles bundles = writer.bundles();
    long bundle = bundles.of(needed);
    for (int distance = 1; distance < members; distance++) {
      int from = group.member((me - distance + members) % members);
      long bytes = received.applyAsLong(from);
      if (bytes > 0) {
        bundles.add(receive(group, operation, from, tag, bytes));
      }
    }
    node.exchanges = false;
    return bundle;
  }

  /** Sends to the next rank of the group's ring; returns the receive from the one before. */
  long pass(String operation, Group group, long bytes) {
    return pass(operation, group, 1, bytes);
  }

  /**
   * As {@link #pass(String, Group, long)}, to the rank before; returns the receive from the next.
   */
  long passBack(String operation, Group group, long bytes) {
    return pass(operation, group, group.size() - 1, bytes);
  }

  private long pass(String operation, Group group, int distance, long bytes) {
    int members = group.size();
    int me = group.position(writer.rank());
    int tag = nextTag();
    send(group, operation, group.member((me + distance) % members), tag, bytes);
    int from = group.member((me - distance + members) % members);
    return receive(group, operation, from, tag, bytes);
  }

  /**
   * Each member sends to its neighbours what they need of it: to the one behind what lies before
   * that, and so on.
   *
   * @param parts what a member needs, in order
   * @param back whether gradients go back to where what came is from
   * @return the bundle of all receives
   */
  long toNeighbours(String operation, Group group, List<Neighbours.Part> parts, boolean back) {
    int members = group.size();
    int me = group.position(writer.rank());
    // A tag for each: two messages may go to the same member.
    int first = exchanges;
    exchanges += parts.size();
    for (int i = 0; i < parts.size(); i++) {
      Neighbours.Part part = parts.get(i);
      int distance = back ? -part.distance() : part.distance();
      int to = group.member(Math.floorMod(me + distance, members));
      send(group, operation, to, tag(first + i), part.bytes());
    }
    Bundles bundles = writer.bundles();
    long bundle = bundles.open();
    for (int i = 0; i < parts.size(); i++) {
      Neighbours.Part part = parts.get(i);
      int distance = back ? -part.distance() : part.distance();
      int from = group.member(Math.floorMod(me - distance, members));
      bundles.add(receive(group, operation, from, tag(first + i), part.bytes()));
    }
    return bundle;
  }

  private void send(Group group, String operation, int peer, int tag, long bytes) {
    node.group = group;
    writer.ofUnit(writer.send(operation, peer, tag, bytes));
    node.group = null;
  }

  private long receive(Group group, String operation, int peer, int tag, long bytes) {
    node.group = group;
    long after = writer.postedBehind();
    long id = writer.ofUnit(writer.receive(operation, peer, tag, bytes, after));
    node.group = null;
    return id;
  }

  private int nextTag() {
    return tag(exchanges++);
  }

  private static int tag(int exchange) {
    return FIRST_TAG + exchange % TAGS;
  }
}
