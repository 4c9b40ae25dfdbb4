package io.heddle.runtime.mode;

import io.heddle.runtime.mesh.Group;
import io.heddle.runtime.trace.Collective;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Times of communication by what communicates, ns. */
final class CommunicationSums {
  private final Map<What, long[]> times = new LinkedHashMap<>();

  /**
   * One sort of communication.
   *
   * @param axes along which those who communicate differ; empty between stages
   * @param collective null of messages
   */
  record What(List<String> axes, @Nullable Collective collective) {}

  /** Is told a sort of communication and its times. */
  interface Visitor {
    void visit(What what, long busy, long exposed);
  }

  /**
   * Adds times.
   *
   * @param group null between stages
   * @param collective null of messages
   * @param busy the communication lane was
   * @param exposed it was, and the compute lane was not
   */
  void add(@Nullable Group group, @Nullable Collective collective, long busy, long exposed) {
    add(new What(group == null ? List.of() : group.axes(), collective), busy, exposed);
  }

  void add(What what, long busy, long exposed) {
    long[] sums = times.computeIfAbsent(what, unused -> new long[2]);
    sums[0] = Math.addExact(sums[0], busy);
    sums[1] = Math.addExact(sums[1], exposed);
  }

  /** Adds other times, so often. */
  void add(CommunicationSums other, long times) {
    other.each(
        (what, busy, exposed) ->
            add(what, Math.multiplyExact(busy, times), Math.multiplyExact(exposed, times)));
  }

  void each(Visitor visitor) {
    times.forEach((what, sums) -> visitor.visit(what, sums[0], sums[1]));
  }

  /** Time of all communication. */
  long busy() {
    return times.values().stream().mapToLong(sums -> sums[0]).sum();
  }

  /** Exposed time of all communication. */
  long exposed() {
    return times.values().stream().mapToLong(sums -> sums[1]).sum();
  }
}
