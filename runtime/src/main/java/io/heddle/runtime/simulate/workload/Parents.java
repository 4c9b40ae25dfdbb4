package io.heddle.runtime.simulate.workload;

/** What each unfinished node of a table waits for. */
public final class Parents {
  // Parents of slot s: from first[s] to before first[s + 1].
  private final int[] first;
  private final int[] parent;

  /** Turns the table's lists of children round. */
  public Parents(NodeTable table) {
    int slots = table.slots();
    this.first = new int[slots + 1];
    for (int slot = 0; slot < slots; slot++) {
      if (table.holds(slot)) {
        table.eachChild(slot, child -> first[child + 1]++);
      }
    }
    for (int slot = 0; slot < slots; slot++) {
      first[slot + 1] += first[slot];
    }
    this.parent = new int[first[slots]];
    int[] next = first.clone();
    for (int slot = 0; slot < slots; slot++) {
      if (table.holds(slot)) {
        int of = slot;
        table.eachChild(slot, child -> parent[next[child]++] = of);
      }
    }
  }

  /** Number of a node's parents; one that is named twice counts twice. */
  public int count(int slot) {
    return first[slot + 1] - first[slot];
  }

  /** Slot of a parent. */
  public int get(int slot, int index) {
    return parent[first[slot] + index];
  }
}
