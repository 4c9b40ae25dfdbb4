package io.heddle.runtime.steady;

import io.heddle.runtime.communication.CommunicationTimes;
import io.heddle.runtime.simulate.LaneTimes;
import io.heddle.runtime.simulate.RankResult;
import io.heddle.runtime.simulate.SimulationResult;
import io.heddle.runtime.trace.CountingSink;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What the ranks that ran came to.
 *
 * @param result of each; of a step that was not simulated, without what reports do not show
 * @param counts of their nodes
 * @param communications of each
 */
public record StepTotals(
    SimulationResult result, CountingSink counts, CommunicationTimes communications) {

  /**
   * A step that is longer than two others, of which the second repeats something once more than the
   * first.
   *
   * @param times how often more than the first it repeats it
   * @throws ArithmeticException if a time does not fit into 63 bits
   */
  static StepTotals extended(StepTotals first, StepTotals second, long times) {
    List<RankResult> ranks = new ArrayList<>();
    for (int i = 0; i < first.result.ranks().size(); i++) {
      ranks.add(extended(first.result.ranks().get(i), second.result.ranks().get(i), times));
    }
    SimulationResult result =
        new SimulationResult(
            first.result.status(),
            ranks,
            List.of(),
            extended(first.result.nodes(), second.result.nodes(), times),
            extended(first.result.messages(), second.result.messages(), times),
            extended(first.result.bytes(), second.result.bytes(), times),
            second.result.mostPending());
    CountingSink counts = new CountingSink();
    counts.add(second.counts, times);
    counts.add(first.counts, 1 - times);
    return new StepTotals(
        result, counts, first.communications.extended(second.communications, times));
  }

  private static RankResult extended(RankResult first, RankResult second, long times) {
    LaneTimes lanes = first.lanes().orElseThrow();
    LaneTimes more = second.lanes().orElseThrow();
    return new RankResult(
        first.rank(),
        extended(first.cycles(), second.cycles(), times),
        extended(first.exposedCommunication(), second.exposedCommunication(), times),
        OptionalLong.empty(),
        OptionalLong.empty(),
        OptionalLong.empty(),
        OptionalLong.empty(),
        Optional.empty(),
        Optional.of(
            new LaneTimes(
                extended(lanes.compute(), more.compute(), times),
                extended(lanes.communication(), more.communication(), times),
                extended(lanes.exposed(), more.exposed(), times),
                extended(lanes.idle(), more.idle(), times))));
  }

  private static long extended(long first, long second, long times) {
    return Math.addExact(first, Math.multiplyExact(second - first, times));
  }
}
