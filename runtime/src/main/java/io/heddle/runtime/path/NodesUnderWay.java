package io.heddle.runtime.path;

import java.util.Arrays;

/** The nodes of a rank that are under way, and the records of what let them be issued. */
final class NodesUnderWay {
  private long[] id = new long[4];
  private int[] cause = new int[4];
  private int size;

  void add(long node, int record) {
    if (size == id.length) {
      id = Arrays.copyOf(id, 2 * size);
      cause = Arrays.copyOf(cause, 2 * size);
    }
    id[size] = node;
    cause[size++] = record;
  }

  /** Takes a node out and returns its record. */
  int remove(long node) {
    int at = 0;
    while (id[at] != node) {
      at++;
    }
    int record = cause[at];
    size--;
    id[at] = id[size];
    cause[at] = cause[size];
    return record;
  }

  void clear() {
    size = 0;
  }
}
