package io.heddle.cli.calibrate;

import io.heddle.cli.failure.Failure;
import io.heddle.cli.measure.ErrorSummary;
import io.heddle.cli.validate.TimedStep;
import io.heddle.plan.Engine;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.stream.Collectors;

/**
 * An engine whose constants were fitted to published steps.
 *
 * @param engine as it is to be written
 * @param inSample errors on the rows of the fit
 * @param heldOut errors of each half of the families under the constants of the other; those of the
 *     fit where there is one family
 */
public record EngineCalibration(
    Engine engine, int rows, int families, ErrorSummary inSample, ErrorSummary heldOut) {
  /** The most constants that are fitted at once: more are not told apart by a table of steps. */
  public static final int MOST_CONSTANTS = 4;

  /** Rows for each constant, at least. */
  private static final int ROWS_OF_CONSTANT = 4;

  /**
   * Fits an engine.
   *
   * @param table to be named in what is wrong
   * @param base what the written engine keeps of others
   * @param keepsOwn whether each step keeps the figures of its own engine, too
   * @throws Failure if there are too few rows, or a constant does nothing
   */
  public static EngineCalibration of(
      String table,
      List<TimedStep> steps,
      List<EngineConstant> constants,
      Engine base,
      boolean keepsOwn,
      ExecutorService workers) {
    int least = ROWS_OF_CONSTANT * constants.size();
    if (steps.size() < least) {
      throw Failure.wrongInput(
          "%s: %d rows with a time that can be predicted: at least %d are needed to fit %d constants"
              .formatted(table, steps.size(), least, constants.size()));
    }
    EngineFit fit = new EngineFit(constants, own -> keepsOwn ? own : Engine.IDEAL, workers);
    List<String> idle = fit.idle(steps, fit.first());
    if (!idle.isEmpty()) {
      throw Failure.wrongInput(
          "%s: no row depends on %s: leave it out of --fit"
              .formatted(table, String.join(", ", idle)));
    }
    double[] all = fit.fit(steps, fit.first());
    Map<String, List<TimedStep>> families =
        steps.stream()
            .collect(
                Collectors.groupingBy(TimedStep::family, LinkedHashMap::new, Collectors.toList()));
    ErrorSummary inSample = ErrorSummary.of(errors(fit, all, steps));
    return new EngineCalibration(
        fit.with(base, all),
        steps.size(),
        families.size(),
        inSample,
        families.size() == 1 ? inSample : heldOut(fit, all, families));
  }

  /** Families go to the halves by turns, from the largest on, so that both have rows enough. */
  private static ErrorSummary heldOut(
      EngineFit fit, double[] all, Map<String, List<TimedStep>> families) {
    List<List<TimedStep>> bySize = new ArrayList<>(families.values());
    bySize.sort((one, other) -> Integer.compare(other.size(), one.size()));
    List<List<TimedStep>> halves = List.of(new ArrayList<>(), new ArrayList<>());
    for (int i = 0; i < bySize.size(); i++) {
      halves.get(i % 2).addAll(bySize.get(i));
    }
    List<Double> errors = new ArrayList<>();
    for (int half = 0; half < 2; half++) {
      double[] values = fit.fit(halves.get(1 - half), all);
      errors.addAll(errors(fit, values, halves.get(half)));
    }
    return ErrorSummary.of(errors);
  }

  private static List<Double> errors(EngineFit fit, double[] values, List<TimedStep> steps) {
    double[] times = fit.times(steps, values);
    List<Double> errors = new ArrayList<>();
    for (int i = 0; i < times.length; i++) {
      errors.add(times[i] / steps.get(i).measuredSeconds() - 1);
    }
    return errors;
  }
}
