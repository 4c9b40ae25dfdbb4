package io.heddle.runtime.report;

import io.heddle.plan.marker.Api;
import io.heddle.runtime.communication.CommunicationTime;
import io.heddle.runtime.simulate.LaneTimes;
import io.heddle.runtime.simulate.RankResult;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * The iteration of one rank by what its lanes did, ns, unsigned. Compute, exposed communication and
 * idle time add up to the iteration, which ends with the last rank. AstraSim's log does not tell
 * communication from idle time: of its runs both are absent.
 *
 * @param cycles tick at which its own last node was done
 * @param compute its compute lane was busy
 * @param communication a send or collective held its communication lane
 * @param exposedCommunication it did, and the compute lane was idle
 * @param idle neither
 * @param communications its communication by what communicates; empty where that is absent
 */
@Api
public record RankTimes(
    int rank,
    int stage,
    long cycles,
    long compute,
    OptionalLong communication,
    OptionalLong exposedCommunication,
    OptionalLong idle,
    List<CommunicationTime> communications) {

  public RankTimes {
    communications = List.copyOf(communications);
  }

  /** Share of the iteration in which the rank is idle, 0 to 1. */
  public OptionalDouble bubble() {
    if (idle.isEmpty() || exposedCommunication.isEmpty()) {
      return OptionalDouble.empty();
    }
    long iteration = compute + exposedCommunication.getAsLong() + idle.getAsLong();
    return StepReport.share(OptionalDouble.of(StepReport.unsigned(idle.getAsLong())), iteration);
  }

  /** The same times of another rank. */
  RankTimes as(int other) {
    return new RankTimes(
        other, stage, cycles, compute, communication, exposedCommunication, idle, communications);
  }

  static RankTimes of(
      RankResult rank, int stage, long iterationNanos, List<CommunicationTime> communications) {
    Optional<LaneTimes> lanes = rank.lanes();
    // What AstraSim calls exposed is all of the time but that of the compute nodes.
    long compute =
        lanes.map(LaneTimes::compute).orElse(rank.cycles() - rank.exposedCommunication());
    return new RankTimes(
        rank.rank(),
        stage,
        rank.cycles(),
        compute,
        known(lanes.map(LaneTimes::communication)),
        known(lanes.map(LaneTimes::exposed)),
        known(lanes.map(busy -> iterationNanos - busy.compute() - busy.exposed())),
        communications);
  }

  private static OptionalLong known(Optional<Long> time) {
    return time.map(OptionalLong::of).orElse(OptionalLong.empty());
  }
}
