package io.heddle.runtime.trace;

import io.heddle.plan.marker.Api;
import java.util.Arrays;

/** A short list of node ids that is filled and emptied again and again. */
@Api
public final class NodeIds {
  private long[] ids = new long[8];
  private int size;

  public int size() {
    return size;
  }

  public long get(int index) {
    return ids[index];
  }

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
    if (contains(id)) {
      return;
    }
    if (size == ids.length) {
      ids = Arrays.copyOf(ids, 2 * size);
    }
    ids[size++] = id;
  }

  void addAll(NodeIds others) {
    for (int i = 0; i < others.size; i++) {
      add(others.ids[i]);
    }
  }

  /** Takes all ids of the other list, which is empty then, in place of its own. */
  void take(NodeIds others) {
    clear();
    addAll(others);
    others.clear();
  }

  void clear() {
    size = 0;
  }
}
