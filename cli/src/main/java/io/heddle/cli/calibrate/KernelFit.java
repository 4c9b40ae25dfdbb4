package io.heddle.cli.calibrate;

import io.heddle.cli.measure.ErrorSummary;
import io.heddle.cli.measure.MeasuredRow;
import io.heddle.plan.Device;
import io.heddle.plan.figure.KernelFigures;
import io.heddle.runtime.cost.KernelTimes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.hipparchus.optim.InitialGuess;
import org.hipparchus.optim.MaxEval;
import org.hipparchus.optim.MaxIter;
import org.hipparchus.optim.PointValuePair;
import org.hipparchus.optim.SimpleValueChecker;
import org.hipparchus.optim.nonlinear.scalar.GoalType;
import org.hipparchus.optim.nonlinear.scalar.ObjectiveFunction;
import org.hipparchus.optim.nonlinear.scalar.noderiv.NelderMeadSimplex;
import org.hipparchus.optim.nonlinear.scalar.noderiv.SimplexOptimizer;

/**
 * Fits one {@code kernel} line: the figures for which the errors in the logarithm of the time are
 * least. Squares of errors far beyond 5 % count as their size only (soft L1 loss), so that a few
 * bad rows do not bend the line. The times have steps, so that the search asks for no derivatives:
 * the simplex of Nelder and Mead (1965).
 */
final class KernelFit {
  /** Fewer rows are not fitted. */
  static final int LEAST_ROWS = 40;

  private static final double SCALE = 0.05;
  private static final int ROUNDS = 3;
  private static final int MOST_EVALUATIONS = 2500;
  private static final double NEAR = 1e-6;

  private final Device device;
  private final List<KernelFigures> beside;
  private final KernelFigures given;
  private final List<FittedFigure> figures;

  /**
   * @param device with its peaks
   * @param given what is not fitted
   */
  KernelFit(Device device, KernelFigures given, List<FittedFigure> figures) {
    this(device, List.of(), given, figures);
  }

  /**
   * As the other.
   *
   * @param beside lines that time a part of what was measured
   */
  KernelFit(
      Device device, List<KernelFigures> beside, KernelFigures given, List<FittedFigure> figures) {
    this.device = device;
    this.beside = List.copyOf(beside);
    this.given = given;
    this.figures = List.copyOf(figures);
  }

  /**
   * What a fit came to.
   *
   * @param line fitted to all rows
   * @param heldOut errors of each half of the families by the figures of the other
   */
  record Fitted(KernelFigures line, int rows, ErrorSummary heldOut) {}

  /** Fits the line to rows, at least {@link #LEAST_ROWS}. */
  Fitted fit(List<MeasuredRow> rows) {
    List<MeasuredRow> even = rows.stream().filter(row -> half(row) == 0).toList();
    List<MeasuredRow> odd = rows.stream().filter(row -> half(row) == 1).toList();
    List<Double> errors = new ArrayList<>();
    if (!even.isEmpty() && !odd.isEmpty()) {
      errors.addAll(errors(line(even), odd));
      errors.addAll(errors(line(odd), even));
    }
    KernelFigures line = line(rows);
    return new Fitted(
        line, rows.size(), ErrorSummary.of(errors.isEmpty() ? errors(line, rows) : errors));
  }

  /** A row's half follows from its family alone, so that every run holds out the same. */
  private static long half(MeasuredRow row) {
    CRC32 sum = new CRC32();
    sum.update(row.family().getBytes(StandardCharsets.UTF_8));
    return sum.getValue() & 1;
  }

  private List<Double> errors(KernelFigures line, List<MeasuredRow> rows) {
    KernelTimes times = times(line);
    return rows.stream().map(row -> row.error(times)).toList();
  }

  private KernelTimes times(KernelFigures line) {
    return new KernelTimes(
        device.measured(Stream.concat(beside.stream(), Stream.of(line)).toList()));
  }

  private KernelFigures line(List<MeasuredRow> rows) {
    double[] best = figures.stream().mapToDouble(FittedFigure::start).toArray();
    for (int round = 0; round < ROUNDS; round++) {
      best = search(best, rows);
    }
    KernelFigures line = given;
    for (int i = 0; i < best.length; i++) {
      line = line.with(figures.get(i).figure(), figures.get(i).written(best[i]));
    }
    return line;
  }

  private double[] search(double[] from, List<MeasuredRow> rows) {
    PointValuePair found =
        new SimplexOptimizer(new SimpleValueChecker(NEAR, NEAR))
            .optimize(
                new MaxEval(Integer.MAX_VALUE),
                new MaxIter(MOST_EVALUATIONS),
                new ObjectiveFunction(point -> loss(point, rows)),
                GoalType.MINIMIZE,
                new InitialGuess(from),
                new NelderMeadSimplex(from.length, 0.3));
    return found.getPoint();
  }

  private double loss(double[] point, List<MeasuredRow> rows) {
    KernelFigures line = given;
    for (int i = 0; i < point.length; i++) {
      line = line.with(figures.get(i).figure(), figures.get(i).value(point[i]));
    }
    KernelTimes times = times(line);
    double sum = 0;
    for (MeasuredRow row : rows) {
      double error = Math.log(row.nanos(times) / row.measuredNanos()) / SCALE;
      sum += 2 * (Math.sqrt(1 + error * error) - 1);
    }
    return sum / rows.size();
  }
}
