package io.heddle.runtime.aside;

import java.util.Arrays;

/** Buckets of gradients that wait for their turn on the lane, first in, first out. */
final class ReadyBuckets {
  private static final int PARTS = 5;

  private long[] parts = new long[16 * PARTS];
  private int head;
  private int tail;

  boolean isEmpty() {
    return head == tail;
  }

  /**
   * Adds a bucket.
   *
   * @param kernel that made the last of its gradients
   */
  void add(int group, long elements, long kernel, int microBatch, int layer) {
    if (tail == parts.length) {
      System.arraycopy(parts, head, parts, 0, tail - head);
      tail -= head;
      head = 0;
      if (2 * tail > parts.length) {
        parts = Arrays.copyOf(parts, 2 * parts.length);
      }
    }
    parts[tail] = group;
    parts[tail + 1] = elements;
    parts[tail + 2] = kernel;
    parts[tail + 3] = microBatch;
    parts[tail + 4] = layer;
    tail += PARTS;
  }

  int group() {
    return (int) parts[head];
  }

  long elements() {
    return parts[head + 1];
  }

  long kernel() {
    return parts[head + 2];
  }

  int microBatch() {
    return (int) parts[head + 3];
  }

  int layer() {
    return (int) parts[head + 4];
  }

  void remove() {
    head += PARTS;
    if (head == tail) {
      head = 0;
      tail = 0;
    }
  }
}
