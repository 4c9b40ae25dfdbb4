package io.heddle.runtime.simulate.workload;

import io.heddle.plan.mesh.Group;
import io.heddle.runtime.simulate.collective.OrderMatters;
import io.heddle.runtime.trace.NodeHeader;
import io.heddle.runtime.trace.NodeIds;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Makes two nodes of the messages of an exchange as they come: one that sends to all, with the id
 * of the last send, and one that receives from all, with the id of the last receive. That changes
 * no tick where each message is sent behind the one before and waits for nothing that the first
 * does not wait for, all receives are posted at once, and who waits for some of them waits for all.
 * Where the second message waits for more than the first, the first is a node of its own, and all
 * others are one.
 */
final class ExchangeJoin {
  private final NodeTable table;
  private final PendingSlots pending;
  private final int rank;
  private final ExchangeShapes shapes;

  // The exchange that comes; all that is sent comes before what is received.
  private @Nullable Group group;
  private int[] peers = new int[8];
  private long[] bytes = new long[8];
  private long[] parents = new long[8];
  private int parentCount;
  private int messages;
  private int sends;
  private int receives;
  private boolean joins;
  // Messages that were sent by a node of their own.
  private int apart;
  private int slot = NodeTable.NONE;

  // Of each joined node that may not be finished: its slot, the first message in it, the last.
  private int[] slots = new int[4];
  private long[] firsts = new long[4];
  private long[] lasts = new long[4];
  private int live;

  ExchangeJoin(NodeTable table, PendingSlots pending, int rank, ExchangeShapes shapes) {
    this.table = table;
    this.pending = pending;
    this.rank = rank;
    this.shapes = shapes;
  }

  /** A send that is a node of its own, in this slot. */
  void sent(NodeHeader node, int peer, long size, int itsSlot) {
    if (!node.isExchanged()) {
      return;
    }
    if (sends == 0 || sends == messages) {
      sends = 0;
      group = Objects.requireNonNull(node.group());
      messages = group.size() - 1;
      joins = messages > 1;
      apart = 0;
      begin(node, itsSlot);
    } else if (joins) {
      joinSent(1);
      apart = 1;
      begin(node, itsSlot);
    }
    add(peer, size);
    joinWhole();
  }

  /** What was sent last goes up to a message. */
  private void joinSent(int end) {
    Group of = Objects.requireNonNull(group);
    int number = shapes.number(rank, of, peers, bytes, apart, end);
    table.join(slot, of.id(), end - apart, number);
  }

  private void joinWhole() {
    if (joins && sends == messages) {
      joinSent(messages);
    }
  }

  /** Whether a send goes into the node of the one before; it has gone there then. */
  boolean joinsSend(NodeHeader node, int peer, long size) {
    if (!node.isExchanged() || sends == 0 || !joins) {
      return false;
    }
    if (sends == messages || node.group() != group) {
      throw new OrderMatters();
    }
    if (!waitsOnlyForThose(node)) {
      if (sends > 1) {
        throw new OrderMatters();
      }
      return false;
    }
    join(node.id());
    add(peer, size);
    joinWhole();
    return true;
  }

  /**
   * A receive that is a node of its own, in this slot.
   *
   * @throws OrderMatters if some of what the rank should have sent before did not come
   */
  void received(NodeHeader node, int itsSlot) {
    if (!node.isExchanged() || Objects.requireNonNull(node.group()).size() == 2) {
      return;
    }
    if (!joins || sends < messages) {
      throw new OrderMatters();
    }
    begin(node, itsSlot);
    countReceive();
  }

  /** Whether a receive goes into the node of the one before; it has gone there then. */
  boolean joinsReceive(NodeHeader node) {
    if (!node.isExchanged() || receives == 0 || !joins) {
      return false;
    }
    if (node.group() != group || !waitsOnlyForThose(node)) {
      throw new OrderMatters();
    }
    join(node.id());
    if (receives + 1 == messages) {
      table.join(slot, Objects.requireNonNull(group).id(), messages, 0);
    }
    countReceive();
    return true;
  }

  /**
   * A node that is of no exchange comes behind the messages of one.
   *
   * @throws OrderMatters if some of them did not come, because there is nothing to send
   */
  void end() {
    if (joins && sends > 0) {
      throw new OrderMatters();
    }
  }

  /**
   * Looks at what a node waits for that is not pending: parts of what is.
   *
   * @throws OrderMatters if the node waits for some messages of an exchange, but not for all
   */
  void checkWhole(NodeIds ids) {
    for (int i = 0; i < live; i++) {
      if (isPending(i)) {
        boolean some = false;
        for (int k = 0; k < ids.size(); k++) {
          some |= ids.get(k) >= firsts[i] && ids.get(k) < lasts[i];
        }
        if (some && !ids.contains(lasts[i])) {
          throw new OrderMatters();
        }
      }
    }
  }

  private boolean isPending(int i) {
    return table.holds(slots[i]) && table.id(slots[i]) == lasts[i];
  }

  private void begin(NodeHeader node, int itsSlot) {
    slot = itsSlot;
    parentCount = 0;
    addParents(node.dataDependencies());
    addParents(node.controlDependencies());
    if (joins) {
      forgetFinished();
      if (live == slots.length) {
        slots = Arrays.copyOf(slots, 2 * live);
        firsts = Arrays.copyOf(firsts, 2 * live);
        lasts = Arrays.copyOf(lasts, 2 * live);
      }
      slots[live] = itsSlot;
      firsts[live] = node.id();
      lasts[live++] = node.id();
    }
  }

  private void addParents(NodeIds ids) {
    for (int i = 0; i < ids.size(); i++) {
      if (parentCount == parents.length) {
        parents = Arrays.copyOf(parents, 2 * parentCount);
      }
      parents[parentCount++] = ids.get(i);
    }
  }

  private void forgetFinished() {
    int kept = 0;
    for (int i = 0; i < live; i++) {
      if (isPending(i)) {
        slots[kept] = slots[i];
        firsts[kept] = firsts[i];
        lasts[kept++] = lasts[i];
      }
    }
    live = kept;
  }

  private void join(long id) {
    table.rename(slot, id);
    pending.put(table, id, slot);
    lasts[live - 1] = id;
  }

  private void add(int peer, long size) {
    if (sends == peers.length) {
      peers = Arrays.copyOf(peers, 2 * sends);
      bytes = Arrays.copyOf(bytes, 2 * sends);
    }
    peers[sends] = peer;
    bytes[sends++] = size;
  }

  private void countReceive() {
    if (++receives == messages) {
      sends = 0;
      receives = 0;
    }
  }

  private boolean waitsOnlyForThose(NodeHeader node) {
    return areThose(node.dataDependencies()) && areThose(node.controlDependencies());
  }

  private boolean areThose(NodeIds ids) {
    for (int i = 0; i < ids.size(); i++) {
      long id = ids.get(i);
      boolean known = id == table.id(slot);
      for (int k = 0; k < parentCount && !known; k++) {
        known = parents[k] == id;
      }
      if (!known) {
        return false;
      }
    }
    return true;
  }
}
