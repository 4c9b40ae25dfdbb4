package io.heddle.runtime.simulate.collective;

import java.util.Arrays;
import java.util.function.IntConsumer;
import java.util.function.IntToLongFunction;

/**
 * Nodes in the order in which the hash sets of AstraSim's C++ library walk through their ids: the
 * order in which it issues what is free at once. Elements hang in one list; a bucket's elements
 * follow each other in it, the newest first, and a new bucket goes to the front.
 */
final class UnorderedNodes {
  private static final int NONE = -1;
  private static final int[] SIZES = {
    13,
    29,
    59,
    127,
    257,
    541,
    1109,
    2357,
    5087,
    10273,
    20753,
    42043,
    85229,
    172933,
    351061,
    712697,
    1447153,
    2938679,
    5967347,
    12117689,
    24607243,
    49969847,
    101473717,
    206062531,
    418448899,
    849733493,
    1725587117
  };

  private final IntToLongFunction id;
  // The node behind each; the first of all is behind the last place.
  private final int[] next;
  private final int front;
  // The node before the first of a bucket.
  private int[] before = {};
  private int grown;
  private int count;

  /**
   * @param most nodes are numbered from 0 to below this
   * @param id of a node
   */
  UnorderedNodes(int most, IntToLongFunction id) {
    this.id = id;
    this.front = most;
    this.next = new int[most + 1];
    Arrays.fill(next, NONE);
  }

  boolean isEmpty() {
    return count == 0;
  }

  /** Adds a node; one whose id is there stays. */
  void add(int node) {
    if (contains(node)) {
      return;
    }
    if (count + 1 > before.length) {
      rehash(SIZES[grown++]);
    }
    count++;
    link(node);
  }

  private boolean contains(int node) {
    if (before.length == 0) {
      return false;
    }
    int bucket = bucket(node);
    int at = before[bucket] == NONE ? NONE : next[before[bucket]];
    while (at != NONE && bucket(at) == bucket) {
      if (id.applyAsLong(at) == id.applyAsLong(node)) {
        return true;
      }
      at = next[at];
    }
    return false;
  }

  /** Takes out a node that is there. */
  void remove(int node) {
    int bucket = bucket(node);
    int ahead = before[bucket];
    while (next[ahead] != node) {
      ahead = next[ahead];
    }
    int behind = next[node];
    int bucketBehind = behind == NONE ? NONE : bucket(behind);
    if (bucketBehind != bucket) {
      if (bucketBehind != NONE) {
        before[bucketBehind] = ahead;
      }
      if (before[bucket] == ahead) {
        before[bucket] = NONE;
      }
    }
    next[ahead] = behind;
    next[node] = NONE;
    count--;
  }

  /** All nodes in order. */
  int[] toArray() {
    int[] nodes = new int[count];
    int size = 0;
    for (int node = next[front]; node != NONE; node = next[node]) {
      nodes[size++] = node;
    }
    return nodes;
  }

  /** Calls back with all nodes in order. */
  void each(IntConsumer visitor) {
    for (int node : toArray()) {
      visitor.accept(node);
    }
  }

  private int bucket(int node) {
    return (int) Long.remainderUnsigned(id.applyAsLong(node), before.length);
  }

  private void link(int node) {
    int bucket = bucket(node);
    if (before[bucket] != NONE) {
      next[node] = next[before[bucket]];
      next[before[bucket]] = node;
      return;
    }
    next[node] = next[front];
    next[front] = node;
    before[bucket] = front;
    if (next[node] != NONE) {
      before[bucket(next[node])] = node;
    }
  }

  private void rehash(int buckets) {
    int[] nodes = toArray();
    before = new int[buckets];
    Arrays.fill(before, NONE);
    next[front] = NONE;
    for (int node : nodes) {
      link(node);
    }
  }
}
