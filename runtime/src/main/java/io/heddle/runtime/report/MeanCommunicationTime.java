package io.heddle.runtime.report;

import io.heddle.plan.marker.Api;
import io.heddle.runtime.communication.Communication;
import io.heddle.runtime.communication.CommunicationTime;
import io.heddle.runtime.report.RanksByColour.Alike;
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

  private static final class Sums {
    final NanosSum busy = new NanosSum();
    final NanosSum exposed = new NanosSum();
  }

  /** Means over ranks, of each sort that one of them has, in the order of the first that has it. */
  static List<MeanCommunicationTime> of(List<Alike> ranks) {
    Map<Communication, Sums> sums = new LinkedHashMap<>();
    int all = 0;
    for (Alike alike : ranks) {
      all += alike.ranks();
      for (CommunicationTime time : alike.times().communications()) {
        Sums sum = sums.computeIfAbsent(time.what(), unused -> new Sums());
        sum.busy.add(time.busy(), alike.ranks());
        sum.exposed.add(time.exposed(), alike.ranks());
      }
    }
    List<MeanCommunicationTime> means = new ArrayList<>();
    for (Map.Entry<Communication, Sums> entry : sums.entrySet()) {
      Sums sum = entry.getValue();
      means.add(
          new MeanCommunicationTime(
              entry.getKey(), sum.busy.value() / all, sum.exposed.value() / all));
    }
    return means;
  }
}
