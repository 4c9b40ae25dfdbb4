package io.heddle.runtime.mode;

import io.heddle.runtime.communication.Communication;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** When a lane was busy: intervals that follow each other, ns. */
final class Busy {
  private long[] begins = new long[64];
  private long[] ends = new long[64];
  private @Nullable Communication[] whats = new @Nullable Communication[64];
  private int size;

  /**
   * Adds an interval.
   *
   * @param begin not before the end of the last
   * @param what is communicated; null where the rank computes
   */
  void add(long begin, long end, @Nullable Communication what) {
    if (size == begins.length) {
      begins = Arrays.copyOf(begins, 2 * size);
      ends = Arrays.copyOf(ends, 2 * size);
      whats = Arrays.copyOf(whats, 2 * size);
    }
    begins[size] = begin;
    ends[size] = end;
    whats[size++] = what;
  }

  /** Number of intervals. */
  int size() {
    return size;
  }

  /** Sum of all intervals. */
  long sum() {
    long sum = 0;
    for (int i = 0; i < size; i++) {
      sum += ends[i] - begins[i];
    }
    return sum;
  }

  /** Adds intervals to sums, and how much of each lies outside of the other lane's. */
  void addTo(CommunicationSums sums, int from, int to, Busy other) {
    int at = 0;
    for (int i = from; i < to; i++) {
      while (at < other.size && other.ends[at] <= begins[i]) {
        at++;
      }
      long hidden = 0;
      for (int j = at; j < other.size && other.begins[j] < ends[i]; j++) {
        hidden += Math.min(ends[i], other.ends[j]) - Math.max(begins[i], other.begins[j]);
      }
      long busy = ends[i] - begins[i];
      Communication what = whats[i];
      if (what != null) {
        sums.add(what, busy, busy - hidden);
      }
    }
  }
}
