package io.heddle.runtime.mode;

import io.heddle.runtime.communication.Communication;
import java.util.Arrays;
import java.util.function.Predicate;
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

  /** Adds the lengths of intervals to sums: those from one number to before another. */
  void addBusy(CommunicationSums sums, int from, int to) {
    for (int i = from; i < to; i++) {
      Communication what = whats[i];
      if (what != null) {
        sums.add(what, ends[i] - begins[i], 0);
      }
    }
  }

  /** Adds to sums what lies within a time and outside of the other lane's intervals. */
  void addExposed(
      CommunicationSums sums, long begin, long end, Busy other, Predicate<Communication> counts) {
    int at = 0;
    for (int i = 0; i < size && begins[i] < end; i++) {
      long from = Math.max(begin, begins[i]);
      long to = Math.min(end, ends[i]);
      Communication what = whats[i];
      if (what == null || from >= to || !counts.test(what)) {
        continue;
      }
      while (at < other.size && other.ends[at] <= from) {
        at++;
      }
      long hidden = 0;
      for (int j = at; j < other.size && other.begins[j] < to; j++) {
        hidden += Math.min(to, other.ends[j]) - Math.max(from, other.begins[j]);
      }
      sums.add(what, 0, to - from - hidden);
    }
  }
}
