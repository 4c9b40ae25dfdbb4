package io.heddle.runtime.mode;

import io.heddle.runtime.communication.Communication;
import io.heddle.runtime.communication.CommunicationTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Times of communication by what communicates, ns. */
final class CommunicationSums {
  private final Map<Communication, long[]> sums = new LinkedHashMap<>();

  /** Sums of just these times. */
  static CommunicationSums of(List<CommunicationTime> times) {
    CommunicationSums sums = new CommunicationSums();
    times.forEach(time -> sums.add(time.what(), time.busy(), time.exposed()));
    return sums;
  }

  /**
   * Adds times.
   *
   * @param busy the communication lane was
   * @param exposed it was, and the compute lane was not
   */
  void add(Communication what, long busy, long exposed) {
    long[] both = sums.computeIfAbsent(what, unused -> new long[2]);
    both[0] = Math.addExact(both[0], busy);
    both[1] = Math.addExact(both[1], exposed);
  }

  /** Adds other times, so often. */
  void add(CommunicationSums other, long times) {
    other.sums.forEach(
        (what, both) ->
            add(what, Math.multiplyExact(both[0], times), Math.multiplyExact(both[1], times)));
  }

  /**
   * Adds time in which some communication was exposed that is counted as busy already.
   *
   * @param exposed less than 0 for less of it, but no less than there is
   */
  void addExposed(Communication what, long exposed) {
    long[] both = sums.computeIfAbsent(what, unused -> new long[2]);
    both[1] = Math.max(0, Math.addExact(both[1], exposed));
  }

  /** Nothing is exposed for longer than it takes. */
  void bound() {
    sums.values().forEach(both -> both[1] = Math.min(both[0], both[1]));
  }

  /**
   * What communicates longest, messages between stages apart; those where there is nothing else.
   */
  Communication longestInGroups() {
    return sums.entrySet().stream()
        .filter(entry -> !entry.getKey().equals(Communication.BETWEEN_STAGES))
        .max(Comparator.comparingLong(entry -> entry.getValue()[0]))
        .map(Map.Entry::getKey)
        .orElse(Communication.BETWEEN_STAGES);
  }

  /** The sums, in the order in which they were met. */
  List<CommunicationTime> times() {
    List<CommunicationTime> times = new ArrayList<>();
    sums.forEach((what, both) -> times.add(new CommunicationTime(what, both[0], both[1])));
    return times;
  }

  /** Time of all communication. */
  long busy() {
    return sum(0);
  }

  /** Exposed time of all communication. */
  long exposed() {
    return sum(1);
  }

  /** Whether nothing communicates. */
  boolean isEmpty() {
    return sums.isEmpty();
  }

  private long sum(int which) {
    long sum = 0;
    for (long[] both : sums.values()) {
      sum += both[which];
    }
    return sum;
  }
}
