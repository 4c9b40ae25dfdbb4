package io.heddle.cli.calibrate;

import io.heddle.cli.measure.ErrorSummary;
import io.heddle.cli.measure.TransferRow;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.hipparchus.optim.InitialGuess;
import org.hipparchus.optim.MaxEval;
import org.hipparchus.optim.MaxIter;
import org.hipparchus.optim.SimpleValueChecker;
import org.hipparchus.optim.nonlinear.scalar.GoalType;
import org.hipparchus.optim.nonlinear.scalar.ObjectiveFunction;
import org.hipparchus.optim.nonlinear.scalar.noderiv.NelderMeadSimplex;
import org.hipparchus.optim.nonlinear.scalar.noderiv.SimplexOptimizer;

/**
 * Fits one line of a network to transfers of one kind and number of ranks, as {@link KernelFit}
 * fits kernels. Its error is that of each size by figures fitted to the other sizes.
 */
record TransferFit(
    String kind,
    int ranks,
    double reach,
    double half,
    double start,
    int rows,
    ErrorSummary errors) {
  /** Fewer sizes are not fitted. */
  static final int LEAST_SIZES = 6;

  private static final double SCALE = 0.05;

  /** No rate is thought to be more than so many times the best that was seen. */
  private static final double MOST_OF_SEEN = 1.5;

  private static final int ROUNDS = 3;

  /** Logarithms of sizes that have half of the rate, from which searches begin. */
  private static final double LARGE = Math.log(2e6);

  private static final double SMALL = Math.log(1e3);

  /** A second search counts only where it is clearly better. */
  private static final double BETTER = 0.9;

  private static final MathContext DIGITS = new MathContext(3, RoundingMode.HALF_UP);

  /** Fits rows of {@link #LEAST_SIZES} sizes at least, all of one kind and number of ranks. */
  static TransferFit of(List<TransferRow> rows) {
    List<Double> errors = new ArrayList<>();
    for (long size : rows.stream().map(TransferRow::size).distinct().sorted().toList()) {
      double[] others = search(rows.stream().filter(row -> row.size() != size).toList());
      rows.stream()
          .filter(row -> row.size() == size)
          .forEach(row -> errors.add(nanos(others, row) / row.measuredNanos() - 1));
    }
    double[] all = search(rows);
    return new TransferFit(
        rows.get(0).kind(),
        rows.get(0).ranks(),
        rounded(Math.exp(all[0])),
        rounded(Math.exp(all[1])),
        rounded(Math.exp(all[2])),
        rows.size(),
        ErrorSummary.of(errors));
  }

  /** The line of the language. */
  String text() {
    return "%s (ranks = %d, %s, rows = %d, error = %s %%)"
        .formatted(kind, ranks, figures(), rows, plain(100 * errors.writtenMean()));
  }

  /** The line of messages that take as long. */
  String messageText() {
    return "message (%s)".formatted(figures());
  }

  private String figures() {
    return "reach = %s GB/s, half = %s kB, start = %s ns"
        .formatted(plain(reach), plain(half / 1000), plain(start));
  }

  /** What it was fitted to, and with what error. */
  String origin() {
    return String.format(
        Locale.ROOT, "%d rows, error %.1f %% (each size by the others)", rows, 100 * errors.mean());
  }

  private static double[] search(List<TransferRow> rows) {
    double rate =
        rows.stream().mapToDouble(row -> row.sent() / row.measuredNanos()).max().orElse(1);
    double least = rows.stream().mapToDouble(TransferRow::measuredNanos).min().orElse(1);
    double most = Math.log(MOST_OF_SEEN * rate);
    double[] best = search(rows, most, new double[] {Math.log(1.2 * rate), LARGE, Math.log(least)});
    // Where the rate hardly depends on the size, the first search may end far from it.
    double[] other = search(rows, most, new double[] {Math.log(rate), SMALL, Math.log(least)});
    return loss(other, rows) < BETTER * loss(best, rows) ? other : best;
  }

  private static double[] search(List<TransferRow> rows, double most, double[] begin) {
    double[] best = begin;
    for (int round = 0; round < ROUNDS; round++) {
      best =
          new SimplexOptimizer(new SimpleValueChecker(1e-8, 1e-8))
              .optimize(
                  new MaxEval(Integer.MAX_VALUE),
                  new MaxIter(1000),
                  new ObjectiveFunction(point -> loss(bounded(point, most), rows)),
                  GoalType.MINIMIZE,
                  new InitialGuess(best),
                  new NelderMeadSimplex(best.length, 0.3))
              .getPoint();
    }
    return bounded(best, most);
  }

  /** Sizes at which nothing is gained any more are not in every table. */
  private static double[] bounded(double[] point, double most) {
    return new double[] {Math.min(point[0], most), point[1], point[2]};
  }

  private static double loss(double[] point, List<TransferRow> rows) {
    double sum = 0;
    for (TransferRow row : rows) {
      double error = Math.log(nanos(point, row) / row.measuredNanos()) / SCALE;
      sum += 2 * (Math.sqrt(1 + error * error) - 1);
    }
    return sum / rows.size();
  }

  /** With rates in bytes a ns. */
  private static double nanos(double[] point, TransferRow row) {
    double sent = row.sent();
    double half = Math.exp(Math.max(0, Math.min(25, point[1])));
    return Math.exp(point[2]) + (sent + Math.sqrt(half * sent)) / Math.exp(point[0]);
  }

  private static double rounded(double value) {
    return new BigDecimal(value, DIGITS).doubleValue();
  }

  private static String plain(double value) {
    BigDecimal stripped =
        BigDecimal.valueOf(value).setScale(6, RoundingMode.HALF_UP).stripTrailingZeros();
    return (stripped.scale() < 0 ? stripped.setScale(0) : stripped).toPlainString();
  }
}
