package io.heddle.runtime.emit;

import java.util.Arrays;

/**
 * What actions to come use of what is there already: receives that were posted ahead, and what a
 * rank hands on to itself where neighbours in the chain of chunks lie on one stage. There are as
 * many as micro-batches are in flight at most, and one where all messages come in their order.
 */
final class Inputs {
  private final Bundles bundles;
  private int[] keys = new int[2];
  private NodeIdList[] nodes = {new NodeIdList(), new NodeIdList()};
  private int size;

  /**
   * @param bundles in which an input of several nodes is named
   */
  Inputs(Bundles bundles) {
    this.bundles = bundles;
  }

  /**
   * Keeps an input.
   *
   * @param key that no other input has
   */
  void keep(int key, long producer) {
    if (size == keys.length) {
      keys = Arrays.copyOf(keys, 2 * size);
      nodes = Arrays.copyOf(nodes, 2 * size);
      for (int i = size; i < nodes.length; i++) {
        nodes[i] = new NodeIdList();
      }
    }
    keys[size] = key;
    nodes[size].clear();
    bundles.addTo(nodes[size], producer);
    size++;
  }

  /** Returns an input and forgets it; {@link NodeIdList#NONE} if there is none. */
  long take(int key) {
    int at = 0;
    while (at < size && keys[at] != key) {
      at++;
    }
    if (at == size) {
      return NodeIdList.NONE;
    }
    NodeIdList taken = nodes[at];
    size--;
    System.arraycopy(keys, at + 1, keys, at, size - at);
    System.arraycopy(nodes, at + 1, nodes, at, size - at);
    nodes[size] = taken;
    if (taken.size() < 2) {
      return taken.size() == 0 ? NodeIdList.NONE : taken.get(0);
    }
    return bundles.of(taken);
  }
}
