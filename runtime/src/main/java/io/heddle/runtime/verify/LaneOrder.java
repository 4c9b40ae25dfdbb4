package io.heddle.runtime.verify;

import io.heddle.runtime.simulate.workload.NodeTable;
import io.heddle.runtime.simulate.workload.Parents;
import java.util.Arrays;
import java.util.Optional;

/**
 * The nodes of a rank in an order in which parents come first, and whether what they wait for
 * orders each lane by itself. The longest chain of a lane's nodes has as many as the lane exactly
 * if of any two one waits for the other; else two nodes end chains of the same length, and neither
 * waits for the other.
 */
final class LaneOrder {
  private final NodeTable table;
  private final Parents parents;
  private final int[] order;
  private final int[] left;
  private final int[] communication;
  private final int[] compute;
  private int ordered;
  private int[] openCommunication = {};
  private int[] openCompute = {};

  LaneOrder(NodeTable table, Parents parents) {
    this.table = table;
    this.parents = parents;
    int slots = table.slots();
    this.order = new int[slots];
    this.left = new int[slots];
    this.communication = new int[slots];
    this.compute = new int[slots];
    sort();
    openCommunication = measure(communication, true);
    openCompute = measure(compute, false);
  }

  private void sort() {
    for (int slot = 0; slot < left.length; slot++) {
      left[slot] = parents.count(slot);
      if (left[slot] == 0) {
        order[ordered++] = slot;
      }
    }
    for (int i = 0; i < ordered; i++) {
      table.eachChild(order[i], this::release);
    }
  }

  private void release(int child) {
    if (--left[child] == 0) {
      order[ordered++] = child;
    }
  }

  /** Measures chains; returns two nodes neither of which waits for the other, if there are any. */
  private int[] measure(int[] chain, boolean communicating) {
    int[] endOf = new int[left.length + 1];
    Arrays.fill(endOf, NodeTable.NONE);
    int[] open = {};
    for (int i = 0; i < ordered; i++) {
      int slot = order[i];
      int longest = 0;
      for (int p = 0; p < parents.count(slot); p++) {
        longest = Math.max(longest, chain[parents.get(slot, p)]);
      }
      if (communicating ? table.communicates(slot) : table.computes(slot)) {
        longest++;
        if (endOf[longest] != NodeTable.NONE && open.length == 0) {
          open = new int[] {endOf[longest], slot};
        }
        endOf[longest] = slot;
      }
      chain[slot] = longest;
    }
    return open;
  }

  /** Number of nodes that have a place in the order. */
  int size() {
    return ordered;
  }

  /** Slot of a node, parents first. */
  int get(int index) {
    return order[index];
  }

  /** Nodes of the communication lane on the longest chain that ends with the node. */
  int communication(int slot) {
    return communication[slot];
  }

  /** Nodes of the compute lane on the longest chain that ends with the node. */
  int compute(int slot) {
    return compute[slot];
  }

  /** Slots of two nodes of the communication lane whose order is open. */
  Optional<int[]> openCommunication() {
    return Optional.of(openCommunication).filter(pair -> pair.length > 0);
  }

  /** Slots of two nodes of the compute lane whose order is open. */
  Optional<int[]> openCompute() {
    return Optional.of(openCompute).filter(pair -> pair.length > 0);
  }

  /** Slots of nodes each of which waits for the next, the last for the first; empty if none do. */
  int[] circle() {
    return ordered == left.length
        ? new int[0]
        : ShortestCircle.in(left.length, this::unorderedParents);
  }

  private int[] unorderedParents(int slot) {
    int[] waitedFor = new int[left[slot] == 0 ? 0 : parents.count(slot)];
    int count = 0;
    for (int p = 0; p < waitedFor.length; p++) {
      int parent = parents.get(slot, p);
      if (left[parent] > 0) {
        waitedFor[count++] = parent;
      }
    }
    return Arrays.copyOf(waitedFor, count);
  }
}
