package io.heddle.cli.calibrate;

import io.heddle.plan.figure.KernelFigure;
import io.heddle.plan.figure.KernelFigures;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.stream.Collectors;

/** Writes a device of fitted lines as a file of the language, with where they come from. */
public final class DeviceText {
  private DeviceText() {}

  /**
   * The text of the file.
   *
   * @param name of the device
   * @param base whose peaks and memory it has
   * @param imported the file that declares the base; as an import names it
   * @param sources what the lines were fitted to, a line of text each
   */
  public static String of(
      String name, String base, String imported, List<String> sources, Calibration calibration) {
    StringBuilder text = new StringBuilder("tfm 1\nimport \"" + imported + "\"\n\n");
    text.append("/// Made by `heddle calibrate` from:\n");
    sources.forEach(source -> text.append("///   ").append(source).append('\n'));
    text.append("/// Errors are those on a half of the shapes that was held out from the fit.\n");
    text.append("device ").append(name).append(" of ").append(base).append(" {\n");
    for (Calibration.FittedLine line : calibration.lines()) {
      text.append("  // ").append(line.origin()).append('\n');
      text.append("  ").append(line(line)).append('\n');
    }
    return text.append("}\n").toString();
  }

  /** A line of the language. */
  static String line(Calibration.FittedLine fitted) {
    KernelFigures line = fitted.line();
    return "kernel %s%s (%s)"
        .formatted(
            line.kernel().word(),
            fitted.format().isEmpty() ? "" : " " + fitted.format(),
            line.values().entrySet().stream()
                .map(
                    entry ->
                        entry.getKey().word() + " = " + value(entry.getKey(), entry.getValue()))
                .collect(Collectors.joining(", ")));
  }

  private static String value(KernelFigure figure, double value) {
    return switch (figure.unit()) {
      case SHARE -> plain(100 * value) + " %";
      case TIME -> plain(value) + " ns";
      case BANDWIDTH -> plain(value / 1e9) + " GB/s";
      case SIZE -> plain(value / 1e3) + " kB";
      case NUMBER -> plain(value);
    };
  }

  /** With six digits behind the point at most. */
  private static String plain(double value) {
    BigDecimal rounded = BigDecimal.valueOf(value).setScale(6, RoundingMode.HALF_UP);
    BigDecimal stripped = rounded.stripTrailingZeros();
    return (stripped.scale() < 0 ? stripped.setScale(0) : stripped).toPlainString();
  }
}
