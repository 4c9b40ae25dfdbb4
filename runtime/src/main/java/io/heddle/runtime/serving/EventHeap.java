package io.heddle.runtime.serving;

import java.util.Arrays;

/**
 * What happens next: a binary heap of times, each with a number; of equal times the least number.
 */
final class EventHeap {
  private long[] times = new long[64];
  private int[] what = new int[64];
  private int size;

  boolean isEmpty() {
    return size == 0;
  }

  /** The time of the first event. */
  long time() {
    return times[0];
  }

  void add(long time, int event) {
    if (size == times.length) {
      times = Arrays.copyOf(times, 2 * size);
      what = Arrays.copyOf(what, 2 * size);
    }
    int at = size++;
    while (at > 0) {
      int above = (at - 1) >>> 1;
      if (!isBefore(time, event, above)) {
        break;
      }
      times[at] = times[above];
      what[at] = what[above];
      at = above;
    }
    times[at] = time;
    what[at] = event;
  }

  /** Takes the first event. */
  int remove() {
    int first = what[0];
    size--;
    long time = times[size];
    int event = what[size];
    int at = 0;
    while (true) {
      int below = 2 * at + 1;
      if (below >= size) {
        break;
      }
      if (below + 1 < size && isBefore(times[below + 1], what[below + 1], below)) {
        below++;
      }
      if (isBefore(time, event, below)) {
        break;
      }
      times[at] = times[below];
      what[at] = what[below];
      at = below;
    }
    times[at] = time;
    what[at] = event;
    return first;
  }

  private boolean isBefore(long time, int event, int other) {
    return time < times[other] || (time == times[other] && event < what[other]);
  }
}
