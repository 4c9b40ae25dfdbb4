package io.heddle.runtime.report;

import java.util.List;

/**
 * Means over the ranks of a pipeline stage, ns; see {@link RankTimes}.
 *
 * @param ranks of the stage, at least 1
 * @param bubble share of the iteration in which a rank is idle, 0 to 1
 */
public record StageTimes(
    int stage,
    int ranks,
    double compute,
    double communication,
    double exposedCommunication,
    double idle,
    double bubble) {

  static StageTimes of(int stage, List<RankTimes> ranks, long iterationNanos) {
    int count = ranks.size();
    double idle = StepReport.sum(ranks, RankTimes::idle) / count;
    return new StageTimes(
        stage,
        count,
        StepReport.sum(ranks, RankTimes::compute) / count,
        StepReport.sum(ranks, RankTimes::communication) / count,
        StepReport.sum(ranks, RankTimes::exposedCommunication) / count,
        idle,
        idle / StepReport.unsigned(iterationNanos));
  }
}
