package io.heddle.runtime.emit;

import io.heddle.runtime.trace.NodeIds;
import java.util.Arrays;

/** A list of node ids that is filled and emptied again and again. */
final class NodeIdList extends NodeIds {
  /** In place of a node id: what is needed was there before. */
  static final long NONE = 0;

  private long[] ids = new long[8];
  private int size;

  @Override
  public int size() {
    return size;
  }

  @Override
  public long get(int index) {
    return ids[index];
  }

  @Override
  public boolean contains(long id) {
    for (int i = 0; i < size; i++) {
      if (ids[i] == id) {
        return true;
      }
    }
    return false;
  }

  /** Adds the id, unless it is there already. */
  void add(long id) {
    if (!contains(id)) {
      append(id);
    }
  }

  private void append(long id) {
    if (size == ids.length) {
      ids = Arrays.copyOf(ids, 2 * size);
    }
    ids[size++] = id;
  }

  void addAll(NodeIdList others) {
    for (int i = 0; i < others.size; i++) {
      add(others.ids[i]);
    }
  }

  /** Takes all ids of the other list, which is empty then, in place of its own. */
  void take(NodeIdList others) {
    clear();
    addAll(others);
    others.clear();
  }

  void clear() {
    size = 0;
  }
}
