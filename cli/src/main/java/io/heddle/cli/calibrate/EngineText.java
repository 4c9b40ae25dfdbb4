package io.heddle.cli.calibrate;

import io.heddle.cli.measure.ErrorSummary;
import io.heddle.plan.Engine;
import io.heddle.plan.figure.EngineFigure;
import io.heddle.plan.figure.FigureUnit;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Writes a fitted engine as a file of the language, with where it comes from. */
public final class EngineText {
  private EngineText() {}

  /**
   * The text of the file.
   *
   * @param source what the engine was fitted to
   */
  public static String of(
      EngineCalibration calibration, String source, List<EngineConstant> constants) {
    StringBuilder text = new StringBuilder("tfm 1\n\n");
    text.append("/// Made by `heddle calibrate` from ").append(source).append(":\n");
    text.append("///   %s\n".formatted(size(calibration)));
    text.append(
        "///   fitted: %s\n"
            .formatted(
                constants.stream().map(EngineConstant::name).collect(Collectors.joining(", "))));
    text.append("///   %s: %s\n".formatted(heldOut(calibration), text(calibration.heldOut())));
    text.append("engine ").append(calibration.engine().name()).append(" of ideal {\n");
    for (String line : EngineFigure.lines()) {
      String figures = figures(calibration.engine(), line);
      if (!figures.isEmpty()) {
        text.append("  %s (%s)\n".formatted(line, figures));
      }
    }
    return text.append("}\n").toString();
  }

  /** Rows and families of a fit. */
  public static String size(EngineCalibration calibration) {
    return String.format(
        Locale.ROOT,
        "%,d rows, %,d %s",
        calibration.rows(),
        calibration.families(),
        calibration.families() == 1 ? "family" : "families");
  }

  /** Of what the errors are that a fit is judged by. */
  public static String heldOut(EngineCalibration calibration) {
    return calibration.families() == 1
        ? "error in the fit, for one family cannot be held out"
        : "error on a half of the families that was held out";
  }

  /** How errors spread. */
  public static String text(ErrorSummary errors) {
    return String.format(
        Locale.ROOT,
        "mean %.1f %%, median %.1f %%, nine in ten below %.1f %%, bias %+.1f %%",
        100 * errors.mean(),
        100 * errors.median(),
        100 * errors.ninetieth(),
        100 * errors.bias());
  }

  /** The figures of a line of an engine, as the language writes them; empty if it has none. */
  public static String figures(Engine engine, String line) {
    return engine.values().entrySet().stream()
        .filter(value -> value.getKey().line().equals(line))
        .map(EngineText::figure)
        .collect(Collectors.joining(", "));
  }

  private static String figure(Map.Entry<EngineFigure, Double> value) {
    EngineFigure figure = value.getKey();
    return figure.word() + " = " + value(figure.unit(), value.getValue());
  }

  private static String value(FigureUnit unit, double value) {
    return switch (unit) {
      case SHARE -> plain(100 * value) + " %";
      case TIME -> value >= 1e6 ? plain(value / 1e6) + " ms" : plain(value / 1e3) + " us";
      case BANDWIDTH -> plain(value / 1e9) + " GB/s";
      case SIZE -> plain(value / (1 << 30)) + " GiB";
      case NUMBER -> plain(value);
    };
  }

  private static String plain(double value) {
    BigDecimal rounded = BigDecimal.valueOf(value).setScale(6, RoundingMode.HALF_UP);
    BigDecimal stripped = rounded.stripTrailingZeros();
    return (stripped.scale() < 0 ? stripped.setScale(0) : stripped).toPlainString();
  }
}
