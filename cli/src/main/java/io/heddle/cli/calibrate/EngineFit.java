package io.heddle.cli.calibrate;

import io.heddle.cli.failure.Workers;
import io.heddle.cli.validate.TimedStep;
import io.heddle.plan.Engine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;
import org.hipparchus.optim.InitialGuess;
import org.hipparchus.optim.MaxEval;
import org.hipparchus.optim.MaxIter;
import org.hipparchus.optim.SimpleValueChecker;
import org.hipparchus.optim.nonlinear.scalar.GoalType;
import org.hipparchus.optim.nonlinear.scalar.ObjectiveFunction;
import org.hipparchus.optim.nonlinear.scalar.noderiv.NelderMeadSimplex;
import org.hipparchus.optim.nonlinear.scalar.noderiv.SimplexOptimizer;

/**
 * Fits a few constants of an engine to published steps. A step is a sum of the longest of what runs
 * side by side, and so almost linear in each constant: steps are simulated analytically around a
 * guess, once for each constant, the robust fit is made on the plane through these times, and what
 * it finds is the next guess. Compiled plans are only timed anew, so that hundreds of steps take
 * seconds a round.
 */
final class EngineFit {
  private static final int ROUNDS = 6;
  private static final int RESTARTS = 3;
  private static final int MOST_EVALUATIONS = 4000;
  private static final double NEAR = 1e-8;

  /** Guesses that differ by less than this part of a constant's step are the same. */
  private static final double SETTLED = 0.02;

  private final List<EngineConstant> constants;
  private final UnaryOperator<Engine> base;
  private final ExecutorService workers;

  /**
   * @param base the engine of a step's own, to which the constants are added
   */
  EngineFit(List<EngineConstant> constants, UnaryOperator<Engine> base, ExecutorService workers) {
    this.constants = List.copyOf(constants);
    this.base = base;
    this.workers = workers;
  }

  /** An engine with values of the constants, three digits of each. */
  Engine with(Engine engine, double[] values) {
    Engine changed = base.apply(engine);
    for (int i = 0; i < values.length; i++) {
      EngineConstant constant = constants.get(i);
      changed = changed.with(constant.figure(), constant.written(values[i]));
    }
    return changed;
  }

  /** Where a search begins that knows nothing. */
  double[] first() {
    return constants.stream().mapToDouble(EngineConstant::first).toArray();
  }

  /** The values that fit some steps best. */
  double[] fit(List<TimedStep> steps, double[] from) {
    StepLosses losses = new StepLosses(steps);
    double[] guess = from;
    double[] best = from;
    double least = Double.MAX_VALUE;
    for (int round = 0; round < ROUNDS; round++) {
      double[] times = times(steps, guess);
      double loss = losses.of(times);
      if (loss > least) {
        // The plane did not hold so far away.
        guess = middle(guess, best);
        continue;
      }
      least = loss;
      best = guess;
      double[] next = onPlane(losses, guess, times, slopes(steps, guess, times));
      if (isSettled(guess, next)) {
        break;
      }
      guess = next;
    }
    return losses.of(times(steps, guess)) <= least ? guess : best;
  }

  /** How long steps take, in seconds. */
  double[] times(List<TimedStep> steps, double[] values) {
    List<Future<Double>> futures = new ArrayList<>();
    for (TimedStep step : steps) {
      futures.add(workers.submit(() -> step.seconds(with(step.engine(), values))));
    }
    return futures.stream().mapToDouble(Workers::result).toArray();
  }

  /**
   * The constants that change no step around some values: nothing can be said of them.
   *
   * @return their names as {@code --fit} has them
   */
  List<String> idle(List<TimedStep> steps, double[] at) {
    double[][] slopes = slopes(steps, at, times(steps, at));
    List<String> idle = new ArrayList<>();
    for (int c = 0; c < slopes.length; c++) {
      if (Arrays.stream(slopes[c]).allMatch(slope -> slope == 0)) {
        idle.add(constants.get(c).name());
      }
    }
    return idle;
  }

  private double[][] slopes(List<TimedStep> steps, double[] at, double[] times) {
    double[][] slopes = new double[at.length][];
    for (int c = 0; c < at.length; c++) {
      double step = constants.get(c).step();
      double[] moved = at.clone();
      moved[c] = Math.min(at[c] + step, constants.get(c).most());
      double by = moved[c] - at[c];
      if (by < step / 2) {
        moved[c] = at[c] - step;
        by = -step;
      }
      double[] there = times(steps, moved);
      slopes[c] = new double[times.length];
      for (int i = 0; i < times.length; i++) {
        slopes[c][i] = (there[i] - times[i]) / by;
      }
    }
    return slopes;
  }

  private double[] onPlane(StepLosses losses, double[] at, double[] times, double[][] slopes) {
    double[] predicted = new double[times.length];
    ObjectiveFunction loss =
        new ObjectiveFunction(
            moved -> {
              System.arraycopy(times, 0, predicted, 0, times.length);
              double outside = 0;
              for (int c = 0; c < moved.length; c++) {
                EngineConstant constant = constants.get(c);
                double value = at[c] + moved[c] * constant.step();
                double bounded = Math.max(constant.least(), Math.min(constant.most(), value));
                outside += Math.abs(value - bounded) / constant.step();
                for (int i = 0; i < predicted.length; i++) {
                  predicted[i] += (bounded - at[c]) * slopes[c][i];
                }
              }
              return losses.of(predicted) * (1 + outside) + outside;
            });
    double[] moved = new double[at.length];
    for (int restart = 0; restart < RESTARTS; restart++) {
      moved =
          new SimplexOptimizer(new SimpleValueChecker(NEAR, NEAR))
              .optimize(
                  new MaxEval(Integer.MAX_VALUE),
                  new MaxIter(MOST_EVALUATIONS),
                  loss,
                  GoalType.MINIMIZE,
                  new InitialGuess(moved),
                  new NelderMeadSimplex(moved.length, 1.5))
              .getPoint();
    }
    double[] found = new double[at.length];
    for (int c = 0; c < at.length; c++) {
      EngineConstant constant = constants.get(c);
      double value = at[c] + moved[c] * constant.step();
      found[c] = Math.max(constant.least(), Math.min(constant.most(), value));
    }
    return found;
  }

  private boolean isSettled(double[] one, double[] other) {
    for (int c = 0; c < one.length; c++) {
      if (Math.abs(one[c] - other[c]) > SETTLED * constants.get(c).step()) {
        return false;
      }
    }
    return true;
  }

  private static double[] middle(double[] one, double[] other) {
    double[] middle = new double[one.length];
    Arrays.setAll(middle, c -> (one[c] + other[c]) / 2);
    return middle;
  }
}
