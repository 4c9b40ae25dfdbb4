package io.heddle.runtime.report;

import io.heddle.plan.marker.Api;
import io.heddle.runtime.report.RanksByColour.Alike;
import java.util.List;
import java.util.OptionalDouble;

/**
 * Means over the ranks of a pipeline stage, ns; see {@link RankTimes}. Absent is what is absent of
 * its ranks.
 *
 * @param ranks of the stage, at least 1
 * @param bubble share of the iteration in which a rank is idle, 0 to 1
 * @param communications by what communicates
 */
@Api
public record StageTimes(
    int stage,
    int ranks,
    double compute,
    OptionalDouble communication,
    OptionalDouble exposedCommunication,
    OptionalDouble idle,
    OptionalDouble bubble,
    List<MeanCommunicationTime> communications) {

  public StageTimes {
    communications = List.copyOf(communications);
  }

  static StageTimes of(int stage, List<Alike> ranks, long iterationNanos) {
    int all = ranks.stream().mapToInt(Alike::ranks).sum();
    OptionalDouble idle = StepReport.mean(ranks, RankTimes::idle);
    return new StageTimes(
        stage,
        all,
        StepReport.sum(ranks, RankTimes::compute) / all,
        StepReport.mean(ranks, RankTimes::communication),
        StepReport.mean(ranks, RankTimes::exposedCommunication),
        idle,
        StepReport.share(idle, iterationNanos),
        MeanCommunicationTime.of(ranks));
  }
}
