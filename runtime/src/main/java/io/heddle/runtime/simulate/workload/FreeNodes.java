package io.heddle.runtime.simulate.workload;

import java.util.Arrays;
import java.util.function.IntConsumer;
import java.util.function.IntToLongFunction;

/** Nodes of one lane that may be issued, smallest id first. */
public final class FreeNodes {
  private final IntToLongFunction id;
  private int[] heap = new int[2];
  private int size;

  /**
   * @param id of the node in a slot, unsigned
   */
  public FreeNodes(IntToLongFunction id) {
    this.id = id;
  }

  /** Slot of the smallest id, or {@link NodeTable#NONE}. */
  public int first() {
    return size == 0 ? NodeTable.NONE : heap[0];
  }

  public void add(int slot) {
    if (size == heap.length) {
      heap = Arrays.copyOf(heap, 2 * size);
    }
    int at = size++;
    while (at > 0 && less(slot, heap[(at - 1) >> 1])) {
      heap[at] = heap[(at - 1) >> 1];
      at = (at - 1) >> 1;
    }
    heap[at] = slot;
  }

  public void removeFirst() {
    int last = heap[--size];
    int at = 0;
    for (int child = 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && less(heap[child + 1], heap[child])) {
        child++;
      }
      if (!less(heap[child], last)) {
        break;
      }
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = last;
  }

  void each(IntConsumer visitor) {
    for (int i = 0; i < size; i++) {
      visitor.accept(heap[i]);
    }
  }

  private boolean less(int a, int b) {
    return Long.compareUnsigned(id.applyAsLong(a), id.applyAsLong(b)) < 0;
  }
}
