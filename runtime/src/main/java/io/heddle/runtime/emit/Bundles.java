package io.heddle.runtime.emit;

import java.util.Arrays;
import java.util.function.LongUnaryOperator;

/**
 * Lists of nodes that together make one tensor, as the receives of an exchange do. A bundle is
 * named by a negative number where a node id is expected, until the action ends.
 */
final class Bundles {
  private long[] ids = new long[16];
  private int size;
  private int[] starts = new int[4];
  private int count;

  void clear() {
    size = 0;
    count = 0;
  }

  /** Begins a bundle; returns its name. */
  long open() {
    if (count == starts.length) {
      starts = Arrays.copyOf(starts, 2 * count);
    }
    starts[count++] = size;
    return -count;
  }

  /** The bundle of what two others have. */
  long of(long one, long other) {
    NodeIdList all = new NodeIdList();
    addTo(all, one);
    addTo(all, other);
    return of(all);
  }

  /** Adds a node to the bundle that was opened last. */
  void add(long id) {
    if (size == ids.length) {
      ids = Arrays.copyOf(ids, 2 * size);
    }
    ids[size++] = id;
  }

  /** All of these as one bundle; returns its name. */
  long of(NodeIdList nodes) {
    long bundle = open();
    for (int i = 0; i < nodes.size(); i++) {
      add(nodes.get(i));
    }
    return bundle;
  }

  /** Gives all nodes other ids. */
  void replace(LongUnaryOperator id) {
    for (int i = 0; i < size; i++) {
      ids[i] = id.applyAsLong(ids[i]);
    }
  }

  /** The node at a place of a bundle. */
  long get(long bundle, int place) {
    return ids[starts[(int) -bundle - 1] + place];
  }

  /** Adds the nodes of a bundle, a single node, or nothing. */
  void addTo(NodeIdList dependencies, long producer) {
    if (producer > 0) {
      dependencies.add(producer);
    } else if (producer < 0) {
      addAll(dependencies, (int) -producer - 1);
    }
  }

  private void addAll(NodeIdList dependencies, int index) {
    int end = index + 1 < count ? starts[index + 1] : size;
    for (int i = starts[index]; i < end; i++) {
      dependencies.add(ids[i]);
    }
  }
}
