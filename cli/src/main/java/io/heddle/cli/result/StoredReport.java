package io.heddle.cli.result;

import io.heddle.plan.PlanValues;
import io.heddle.runtime.communication.CommunicationTime;
import io.heddle.runtime.path.CriticalPath;
import io.heddle.runtime.report.RankTimes;
import io.heddle.runtime.report.StepCounts;
import io.heddle.runtime.report.StepReport;
import io.heddle.runtime.straggler.Stragglers;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
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
    long tokens,
    long parameters,
    BigInteger modelOperations,
    List<EqualRanks> ranks,
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

  /** Ranks with the same times. */
  record EqualRanks(Times times, List<Integer> ranks) {}

  static StoredReport of(StepReport report) {
    Map<Times, List<Integer>> ranks = new LinkedHashMap<>();
    for (RankTimes rank : report.ranks()) {
      ranks.computeIfAbsent(Times.of(rank), unused -> new ArrayList<>()).add(rank.rank());
    }
    List<EqualRanks> classes = new ArrayList<>();
    ranks.forEach((times, equal) -> classes.add(new EqualRanks(times, equal)));
    return new StoredReport(
        report.stragglers(),
        report.iterationNanos(),
        report.tokens(),
        report.parameters(),
        report.modelOperations(),
        classes,
        report.counts(),
        report.criticalPath());
  }

  /** The report, of the plan that was run. */
  StepReport report(PlanValues plan) {
    List<RankTimes> all = new ArrayList<>();
    for (EqualRanks equal : ranks) {
      equal.ranks().forEach(rank -> all.add(equal.times().of(rank)));
    }
    all.sort(Comparator.comparingInt(RankTimes::rank));
    return StepReport.of(
        plan,
        stragglers,
        iterationNanos,
        tokens,
        parameters,
        modelOperations,
        all,
        counts,
        criticalPath);
  }
}
