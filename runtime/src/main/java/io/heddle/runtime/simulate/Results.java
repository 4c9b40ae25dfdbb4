package io.heddle.runtime.simulate;

import io.heddle.runtime.simulate.SimulationResult.Status;
import io.heddle.runtime.simulate.workload.RankStatistics;
import io.heddle.runtime.simulate.workload.RankWorkload;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Makes the results of the ranks that finished. */
final class Results {
  private final boolean roofline;

  private final Optional<MemoryTracker> tracker;

  Results(boolean roofline, Optional<MemoryTracker> tracker) {
    this.roofline = roofline;
    this.tracker = tracker;
  }

  SimulationResult of(
      Status status,
      @Nullable RankWorkload[] ranks,
      RooflineSums[] sums,
      List<String> diagnosis,
      long nodes,
      long messages,
      long bytes) {
    List<RankResult> finished = new ArrayList<>();
    long mostPending = 0;
    for (int r = 0; r < ranks.length; r++) {
      RankWorkload rank = ranks[r];
      if (rank != null) {
        mostPending += rank.mostPending();
        if (rank.finished()) {
          finished.add(rank(rank, sums[r]));
        }
      }
    }
    return new SimulationResult(status, finished, diagnosis, nodes, messages, bytes, mostPending);
  }

  private RankResult rank(RankWorkload rank, RooflineSums sums) {
    RankStatistics time = rank.statistics();
    long cycles = rank.finishedAt();
    // AstraSim gives up on the statistics of a rank that did anything else.
    boolean given = time.onlyComputeAndCommunication();
    long overlap =
        time.hasCompute() && time.hasCommunication()
            ? time.compute() + time.communication() - time.wall()
            : 0;
    return new RankResult(
        rank.rank(),
        cycles,
        cycles - time.computeTicks(),
        only(given, time.wall()),
        only(given && time.hasCommunication(), time.communication()),
        only(given && time.hasCompute(), time.compute()),
        only(given && overlap != 0, overlap),
        given && roofline ? Optional.of(sums.averages()) : Optional.empty(),
        given ? tracker.map(account -> account.of(rank.rank()).peakText()) : Optional.empty(),
        Optional.of(
            new LaneTimes(
                time.computeLane(),
                time.communicationLane(),
                time.exposedLane(),
                cycles - time.computeLane() - time.exposedLane())));
  }

  private static OptionalLong only(boolean given, long value) {
    return given ? OptionalLong.of(value) : OptionalLong.empty();
  }
}
