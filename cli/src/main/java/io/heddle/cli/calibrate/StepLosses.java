package io.heddle.cli.calibrate;

import io.heddle.cli.validate.TimedStep;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What errors of steps count: squares in the logarithm, of errors far beyond 5 % their size only
 * (soft L1 loss), families by the root of their rows, so that neither a few bad rows nor a family
 * of many decide alone.
 */
final class StepLosses {
  private static final double SCALE = 0.05;

  private final double[] measured;
  private final double[] weights;

  StepLosses(List<TimedStep> steps) {
    Map<String, Integer> rows = new HashMap<>();
    steps.forEach(step -> rows.merge(step.family(), 1, Integer::sum));
    this.measured = steps.stream().mapToDouble(TimedStep::measuredSeconds).toArray();
    this.weights =
        steps.stream()
            .mapToDouble(step -> 1 / Math.sqrt(rows.getOrDefault(step.family(), 1)))
            .toArray();
  }

  /** The loss of predicted times; more than any other if a step has none. */
  double of(double[] predicted) {
    double sum = 0;
    for (int i = 0; i < measured.length; i++) {
      if (!(predicted[i] > 0)) {
        return Double.MAX_VALUE;
      }
      double error = Math.log(predicted[i] / measured[i]) / SCALE;
      sum += weights[i] * 2 * (Math.sqrt(1 + error * error) - 1);
    }
    return sum;
  }
}
