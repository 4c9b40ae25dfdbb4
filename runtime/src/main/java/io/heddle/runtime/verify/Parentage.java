package io.heddle.runtime.verify;

/** What each event of a skeleton waits for. */
final class Parentage {
  private final int[] first;
  private final int[] parent;

  Parentage(Skeleton skeleton) {
    this.first = new int[skeleton.size + 1];
    this.parent = new int[skeleton.child.length];
    for (int event = 0; event < skeleton.size; event++) {
      first[event + 1] = first[event] + skeleton.waits[event];
    }
    int[] next = first.clone();
    for (int event = 0; event < skeleton.size; event++) {
      for (int c = skeleton.firstChild[event]; c < skeleton.firstChild[event + 1]; c++) {
        parent[next[skeleton.child[c]]++] = event;
      }
    }
  }

  /** Where an event's parents begin; they end where the next event's begin. */
  int first(int event) {
    return first[event];
  }

  int get(int index) {
    return parent[index];
  }
}
