package io.heddle.runtime.mode;

import io.heddle.runtime.mesh.Group;
import io.heddle.runtime.trace.Collective;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** When a lane was busy: intervals that follow each other, ns. */
final class Busy {
  private long[] begins = new long[64];
  private long[] ends = new long[64];
  private @Nullable Group[] groups = new @Nullable Group[64];
  private @Nullable Collective[] collectives = new @Nullable Collective[64];
  private int size;

  void clear() {
    size = 0;
  }

  /**
   * Adds an interval.
   *
   * @param begin not before the end of the last
   * @param group in which the rank communicates; null between stages, and where it computes
   * @param collective null of messages, and where it computes
   * @return its end
   */
  long add(long begin, long nanos, @Nullable Group group, @Nullable Collective collective) {
    if (size == begins.length) {
      begins = Arrays.copyOf(begins, 2 * size);
      ends = Arrays.copyOf(ends, 2 * size);
      groups = Arrays.copyOf(groups, 2 * size);
      collectives = Arrays.copyOf(collectives, 2 * size);
    }
    begins[size] = begin;
    ends[size] = Math.addExact(begin, nanos);
    groups[size] = group;
    collectives[size] = collective;
    return ends[size++];
  }

  /** End of the last interval; 0 where there is none. */
  long end() {
    return size == 0 ? 0 : ends[size - 1];
  }

  /** Sum of all intervals. */
  long sum() {
    long sum = 0;
    for (int i = 0; i < size; i++) {
      sum += ends[i] - begins[i];
    }
    return sum;
  }

  /** Number of intervals. */
  int size() {
    return size;
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
      sums.add(groups[i], collectives[i], busy, busy - hidden);
    }
  }
}
