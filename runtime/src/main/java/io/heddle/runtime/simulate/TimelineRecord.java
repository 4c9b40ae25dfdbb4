package io.heddle.runtime.simulate;

import io.heddle.runtime.simulate.workload.NodeKind;
import java.util.Arrays;
import java.util.Comparator;

/** The nodes of one rank as they ran. */
final class TimelineRecord {
  private long[] node = new long[16];
  private long[] issued = new long[16];
  private long[] completed = new long[16];
  private int[] group = new int[16];
  private NodeKind[] kind = new NodeKind[16];
  private int size;
  private Integer[] byNode = {};

  void add(long id, NodeKind what, int ofGroup, long from, long to) {
    if (size == node.length) {
      int capacity = Math.addExact(size, size >> 1);
      node = Arrays.copyOf(node, capacity);
      issued = Arrays.copyOf(issued, capacity);
      completed = Arrays.copyOf(completed, capacity);
      group = Arrays.copyOf(group, capacity);
      kind = Arrays.copyOf(kind, capacity);
    }
    node[size] = id;
    issued[size] = from;
    completed[size] = to;
    group[size] = ofGroup;
    kind[size++] = what;
  }

  /** Must precede {@link #find}. */
  void sort() {
    byNode = new Integer[size];
    Arrays.setAll(byNode, i -> i);
    Arrays.sort(byNode, Comparator.comparingLong(i -> node[i]));
  }

  /** Number of the entry of a node; negative if it did not run. */
  int find(long id) {
    int low = 0;
    int high = size - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      long at = node[byNode[middle]];
      if (at == id) {
        return byNode[middle];
      }
      if (at < id) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return -1;
  }

  long node(int entry) {
    return node[entry];
  }

  long issued(int entry) {
    return issued[entry];
  }

  long completed(int entry) {
    return completed[entry];
  }

  int group(int entry) {
    return group[entry];
  }

  NodeKind kind(int entry) {
    return kind[entry];
  }
}
