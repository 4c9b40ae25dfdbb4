package io.heddle.cli.search;

import io.heddle.cli.request.BuiltPool;
import io.heddle.processor.model.Serving;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * A fleet that may be among the best.
 *
 * @param number of the point
 * @param values that make it
 * @param cost what it costs at least, by the aim
 * @param next what it costs at least by what decides where the aim does not
 */
record FleetCandidate(
    long number,
    Map<String, Integer> values,
    Serving serving,
    List<BuiltPool> pools,
    List<Integer> instances,
    long gpus,
    double cost,
    double next) {
  /** The best first; of those that are as good the first of the space. */
  static final Comparator<FleetCandidate> ORDER =
      Comparator.comparingDouble(FleetCandidate::cost)
          .thenComparingDouble(FleetCandidate::next)
          .thenComparingLong(FleetCandidate::number);

  /** The same with what it really costs. */
  FleetCandidate costing(double newCost, double newNext) {
    return new FleetCandidate(number, values, serving, pools, instances, gpus, newCost, newNext);
  }
}
