package io.heddle.cli.result;

import io.heddle.plan.PlanValues;
import io.heddle.runtime.communication.CommunicationTime;
import io.heddle.runtime.fold.Symmetry;
import io.heddle.runtime.path.CriticalPath;
import io.heddle.runtime.report.RankTimes;
import io.heddle.runtime.report.RanksByColour;
import io.heddle.runtime.report.StepCounts;
import io.heddle.runtime.report.StepReport;
import io.heddle.runtime.straggler.Stragglers;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A report as it is kept: without the plan, which whoever looks for it has, and with what ranks
 * have in common once.
 */
record StoredReport(
    Stragglers stragglers,
    long iterationNanos,
    int microBatches,
    long tokens,
    long parameters,
    BigInteger modelOperations,
    List<Times> ofColour,
    List<EqualRanks> ranks,
    Symmetry symmetry,
    StepCounts counts,
    Optional<CriticalPath> criticalPath) {

  /** The times of a rank, which are those of others too. */
  private record Times(
      int stage,
      long cycles,
      long compute,
      OptionalLong communication,
      OptionalLong exposedCommunication,
      OptionalLong idle,
      List<CommunicationTime> communications) {
    static Times of(RankTimes rank) {
      return new Times(
          rank.stage(),
          rank.cycles(),
          rank.compute(),
          rank.communication(),
          rank.exposedCommunication(),
          rank.idle(),
          rank.communications());
    }

    RankTimes of(int rank) {
      return new RankTimes(
          rank, stage, cycles, compute, communication, exposedCommunication, idle, communications);
    }
  }

  /**
   * Ranks with the same times that follow each other.
   *
   * @param colour the number of their times
   * @param ranks how many there are
   */
  record EqualRanks(int colour, int ranks) {}

  static StoredReport of(StepReport report) {
    RanksByColour ranks = RanksByColour.of(report.ranks());
    Map<Times, Integer> numbers = new LinkedHashMap<>();
    int[] numberOfColour =
        ranks.alike().stream()
            .mapToInt(
                alike -> numbers.computeIfAbsent(Times.of(alike.times()), unused -> numbers.size()))
            .toArray();
    List<EqualRanks> runs = new ArrayList<>();
    int from = 0;
    for (int rank = 1; rank <= ranks.size(); rank++) {
      int colour = numberOfColour[ranks.colour(from)];
      if (rank == ranks.size() || numberOfColour[ranks.colour(rank)] != colour) {
        runs.add(new EqualRanks(colour, rank - from));
        from = rank;
      }
    }
    return new StoredReport(
        report.stragglers(),
        report.iterationNanos(),
        report.microBatches(),
        report.tokens(),
        report.parameters(),
        report.modelOperations(),
        List.copyOf(numbers.keySet()),
        runs,
        report.symmetry(),
        report.counts(),
        report.criticalPath());
  }

  /** The report, of the plan that was run. */
  StepReport report(PlanValues plan) {
    int all = ranks.stream().mapToInt(EqualRanks::ranks).sum();
    int[] colourOfRank = new int[all];
    List<RankTimes> times = new ArrayList<>();
    int rank = 0;
    for (EqualRanks equal : ranks) {
      if (equal.colour() == times.size()) {
        times.add(ofColour.get(equal.colour()).of(rank));
      }
      Arrays.fill(colourOfRank, rank, rank + equal.ranks(), equal.colour());
      rank += equal.ranks();
    }
    return StepReport.of(
        plan,
        stragglers,
        iterationNanos,
        microBatches,
        tokens,
        parameters,
        modelOperations,
        RanksByColour.of(times, colourOfRank),
        symmetry,
        counts,
        criticalPath);
  }
}
