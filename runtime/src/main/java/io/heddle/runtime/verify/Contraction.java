package io.heddle.runtime.verify;

import io.heddle.runtime.simulate.workload.NodeKind;
import io.heddle.runtime.simulate.workload.NodeTable;
import io.heddle.runtime.simulate.workload.Parents;
import java.util.Arrays;

/**
 * Makes the skeleton of a rank. A kernel that waits for one event stands for that event; what an
 * event waits for through another is left out where the order of a lane tells it.
 */
final class Contraction {
  private static final int NONE = -1;

  /** Of more than these none is left out: that would take long, and costs only memory. */
  private static final int MOST_PRUNED = 32;

  private final NodeTable table;
  private final Parents parents;
  private final LaneOrder order;
  private final boolean communicationIsOrdered;
  private final boolean computeIsOrdered;

  // By slot: the event that stands for it.
  private final int[] eventOf;

  // By event.
  private int[] slotOf = new int[16];
  private int[] seenBy = new int[16];
  private int[] firstParent = new int[17];
  private int events;

  private int[] parentEvents = new int[32];
  private int edges;
  private int[] candidates = new int[8];
  private int count;

  private Contraction(NodeTable table, Parents parents, LaneOrder order) {
    this.table = table;
    this.parents = parents;
    this.order = order;
    this.communicationIsOrdered = order.openCommunication().isEmpty();
    this.computeIsOrdered = order.openCompute().isEmpty();
    this.eventOf = new int[table.slots()];
  }

  static Skeleton of(int rank, NodeTable table, Parents parents, LaneOrder order) {
    return new Contraction(table, parents, order).skeleton(rank);
  }

  private Skeleton skeleton(int rank) {
    for (int i = 0; i < order.size(); i++) {
      contract(order.get(i));
    }
    long[] id = new long[events];
    byte[] kind = new byte[events];
    long[] bytes = new long[events];
    int[] with = new int[events];
    int[] detail = new int[events];
    int[] waits = new int[events];
    int[] firstChild = new int[events + 1];
    for (int event = 0; event < events; event++) {
      int slot = slotOf[event];
      id[event] = table.id(slot);
      kind[event] = kind(slot);
      switch (kind[event]) {
        case Skeleton.SEND, Skeleton.RECEIVE -> {
          bytes[event] = table.bytes(slot);
          with[event] = table.peer(slot);
          detail[event] = table.tag(slot);
        }
        case Skeleton.COLLECTIVE -> {
          bytes[event] = table.bytes(slot);
          with[event] = table.group(slot);
          detail[event] = Skeleton.detail(table.collective(slot), table.involved(slot));
        }
        default -> {}
      }
      waits[event] = firstParent[event + 1] - firstParent[event];
      for (int e = firstParent[event]; e < firstParent[event + 1]; e++) {
        firstChild[parentEvents[e] + 1]++;
      }
    }
    for (int event = 0; event < events; event++) {
      firstChild[event + 1] += firstChild[event];
    }
    int[] child = new int[edges];
    int[] next = firstChild.clone();
    for (int event = 0; event < events; event++) {
      for (int e = firstParent[event]; e < firstParent[event + 1]; e++) {
        child[next[parentEvents[e]]++] = event;
      }
    }
    return new Skeleton(rank, id, kind, bytes, with, detail, waits, firstChild, child);
  }

  private byte kind(int slot) {
    if (table.kind(slot) == NodeKind.RECEIVE) {
      return Skeleton.RECEIVE;
    }
    if (!table.communicates(slot)) {
      return Skeleton.JOINT;
    }
    return switch (table.kind(slot)) {
      case SEND -> Skeleton.SEND;
      case COLLECTIVE -> table.broadcast(slot) ? Skeleton.ALONE : Skeleton.COLLECTIVE;
      default -> Skeleton.ALONE;
    };
  }

  private void contract(int slot) {
    gather(slot);
    prune();
    if (count < 2 && kind(slot) == Skeleton.JOINT) {
      eventOf[slot] = count == 0 ? NONE : candidates[0];
      return;
    }
    if (events == slotOf.length) {
      int capacity = Math.addExact(events, (events >> 1) + 1);
      slotOf = Arrays.copyOf(slotOf, capacity);
      seenBy = Arrays.copyOf(seenBy, capacity);
      firstParent = Arrays.copyOf(firstParent, capacity + 1);
    }
    if (edges + count > parentEvents.length) {
      parentEvents = Arrays.copyOf(parentEvents, Math.addExact(edges + count, edges >> 1));
    }
    System.arraycopy(candidates, 0, parentEvents, edges, count);
    edges += count;
    eventOf[slot] = events;
    slotOf[events++] = slot;
    firstParent[events] = edges;
  }

  /** The events that the node's parents stand for, each once. */
  private void gather(int slot) {
    count = 0;
    for (int p = 0; p < parents.count(slot); p++) {
      int event = eventOf[parents.get(slot, p)];
      if (event != NONE && seenBy[event] != slot + 1) {
        seenBy[event] = slot + 1;
        if (count == candidates.length) {
          candidates = Arrays.copyOf(candidates, 2 * count);
        }
        candidates[count++] = event;
      }
    }
  }

  /** Leaves out those for which another one waits. */
  private void prune() {
    if (count > MOST_PRUNED) {
      return;
    }
    int kept = 0;
    for (int i = 0; i < count; i++) {
      boolean behind = false;
      for (int j = 0; j < count && !behind; j++) {
        behind = i != j && comesBefore(slotOf[candidates[i]], slotOf[candidates[j]]);
      }
      if (!behind) {
        candidates[kept++] = candidates[i];
      }
    }
    count = kept;
  }

  private boolean comesBefore(int one, int other) {
    return (communicationIsOrdered
            && table.communicates(one)
            && order.communication(one) <= order.communication(other))
        || (computeIsOrdered && table.computes(one) && order.compute(one) <= order.compute(other));
  }
}
