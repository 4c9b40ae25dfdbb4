package io.heddle.runtime.report;

import io.heddle.plan.marker.Api;
import io.heddle.runtime.communication.Communication;
import io.heddle.runtime.communication.CommunicationTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What one sort of communication took of the time of several ranks: means over all of them, also
 * those that have none of it, ns.
 *
 * @param busy it held the communication lane
 * @param exposed it did, and the compute lane was idle
 */
@Api
public record MeanCommunicationTime(Communication what, double busy, double exposed) {

  /** Means over ranks, of each sort that one of them has, in the order of the first that has it. */
  static List<MeanCommunicationTime> of(List<RankTimes> ranks) {
    Map<Communication, double[]> sums = new LinkedHashMap<>();
    for (RankTimes rank : ranks) {
      for (CommunicationTime time : rank.communications()) {
        double[] sum = sums.computeIfAbsent(time.what(), unused -> new double[2]);
        sum[0] += StepReport.unsigned(time.busy());
        sum[1] += StepReport.unsigned(time.exposed());
      }
    }
    List<MeanCommunicationTime> means = new ArrayList<>();
    sums.forEach(
        (what, sum) ->
            means.add(
                new MeanCommunicationTime(what, sum[0] / ranks.size(), sum[1] / ranks.size())));
    return means;
  }
}
