package io.heddle.cli.search;

import io.heddle.plan.serving.Goal;
import io.heddle.runtime.serving.Distribution;
import io.heddle.runtime.serving.LoadResult;
import java.util.List;
import java.util.Map;

/**
 * A fleet that was tried.
 *
 * @param number of the point
 * @param values that make it, by name
 * @param answered whether no request was refused
 * @param reached of each goal, seconds
 * @param goodput requests per second that keep to all goals
 * @param outputRate tokens drawn per second
 * @param tpot seconds per output token
 * @param endToEnd mean, seconds
 */
public record FoundFleet(
    long number,
    Map<String, Integer> values,
    long gpus,
    boolean answered,
    List<Double> reached,
    double goodput,
    double outputRate,
    double tpot,
    double endToEnd) {
  public FoundFleet {
    values = java.util.Collections.unmodifiableMap(new java.util.LinkedHashMap<>(values));
    reached = List.copyOf(reached);
  }

  static FoundFleet of(
      long number, Map<String, Integer> values, long gpus, List<Goal> goals, LoadResult result) {
    Distribution tpot = result.distribution(Goal.Metric.TPOT);
    return new FoundFleet(
        number,
        values,
        gpus,
        result.rejected() == 0,
        goals.stream().map(goal -> result.distribution(goal.metric()).at(goal.share())).toList(),
        result.goodput(goals),
        result.seconds() == 0 ? 0 : result.outputTokens() / result.seconds(),
        tpot.p50(),
        result.distribution(Goal.Metric.END_TO_END).mean());
  }

  /** Whether all requests were answered and all goals reached. */
  public boolean isGood(List<Goal> goals) {
    for (int i = 0; i < goals.size(); i++) {
      if (reached.get(i) > goals.get(i).seconds()) {
        return false;
      }
    }
    return answered;
  }
}
