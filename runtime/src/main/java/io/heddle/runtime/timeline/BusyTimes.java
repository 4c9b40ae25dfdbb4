package io.heddle.runtime.timeline;

import java.util.ArrayList;
import java.util.List;

/**
 * Collects times in which one thing at a time was under way, in bounded memory: where there are too
 * many, those that are near to each other become one. Nothing is allocated for a time.
 */
final class BusyTimes {
  private final int most;
  private final long[] starts;
  private final long[] ends;
  private final long[] busy;
  private int size;
  private long gap;

  /**
   * @param most times that are kept, at least 2
   */
  BusyTimes(int most) {
    this.most = most;
    starts = new long[most];
    ends = new long[most];
    busy = new long[most];
  }

  /** Adds a time that begins where the one before ends, or later. */
  void add(long start, long end) {
    if (start == end) {
      return;
    }
    if (size > 0 && isNear(size - 1, start)) {
      ends[size - 1] = end;
      busy[size - 1] += end - start;
      return;
    }
    if (size == most) {
      coarsen();
      add(start, end);
      return;
    }
    starts[size] = start;
    ends[size] = end;
    busy[size] = end - start;
    size++;
  }

  private boolean isNear(int index, long start) {
    return Long.compareUnsigned(start - ends[index], gap) <= 0;
  }

  private void coarsen() {
    gap = Long.divideUnsigned(ends[size - 1] - starts[0], most);
    while (true) {
      join();
      if (size <= most / 2) {
        return;
      }
      gap = 2 * gap + 1;
    }
  }

  private void join() {
    int kept = 0;
    for (int i = 1; i < size; i++) {
      if (isNear(kept, starts[i])) {
        ends[kept] = ends[i];
        busy[kept] += busy[i];
      } else {
        kept++;
        starts[kept] = starts[i];
        ends[kept] = ends[i];
        busy[kept] = busy[i];
      }
    }
    size = kept + 1;
  }

  void clear() {
    size = 0;
    gap = 0;
  }

  /** All of them, in order. */
  List<BusyTime> all() {
    List<BusyTime> all = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      all.add(new BusyTime(starts[i], ends[i], busy[i]));
    }
    return all;
  }
}
