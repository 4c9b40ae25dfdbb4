package io.heddle.cli.calibrate;

import io.heddle.cli.failure.Failure;
import io.heddle.plan.figure.EngineFigure;
import io.heddle.plan.figure.FigureUnit;
import io.heddle.processor.diagnose.Spelling;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** A figure of an engine that is fitted to steps, and where the search for it begins. */
public record EngineConstant(EngineFigure figure) {
  /** The lines of engines that say nothing of the times of steps. */
  private static final Set<String> BESIDE_STEPS = Set.of("memory", "request");

  private static final MathContext DIGITS = new MathContext(3, RoundingMode.HALF_UP);

  /**
   * The constant of a name, such as {@code host.layer}.
   *
   * @param option that names it
   * @throws Failure if there is none
   */
  public static EngineConstant named(String option, String name) {
    return all().stream()
        .filter(constant -> constant.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                Failure.usage(
                    "%s %s: no figure of an engine that changes times; there are: %s%s"
                        .formatted(
                            option,
                            name,
                            String.join(", ", names()),
                            Spelling.hint(name, names()))));
  }

  private static List<String> names() {
    return all().stream().map(EngineConstant::name).toList();
  }

  private static List<EngineConstant> all() {
    return Arrays.stream(EngineFigure.values())
        .filter(figure -> !BESIDE_STEPS.contains(figure.line()))
        .map(EngineConstant::new)
        .toList();
  }

  /** As users name it: its line and itself. */
  public String name() {
    return figure.line() + "." + figure.word();
  }

  /** Where the search begins: what engines of the library have, roughly. */
  double first() {
    return switch (figure) {
      case HOST_LAYER -> 2e6;
      case HOST_RANK, STEP_RANK -> 1e6;
      case HOST_KERNEL -> 2e3;
      case STEP_FIXED -> 2e7;
      case COLLECTIVES_ONE_SHOT, EXCHANGES_ONE_SHOT -> 8e6;
      default -> figure.unit() == FigureUnit.SHARE ? 0.5 : 1.3;
    };
  }

  /** By how much it is changed to see what it does. */
  double step() {
    return first() / 10;
  }

  /** The least that it can be. */
  double least() {
    return figure.unit() == FigureUnit.NUMBER ? 0.1 : 0;
  }

  /** The most that it can be. */
  double most() {
    return figure.unit() == FigureUnit.SHARE ? 1 : Double.MAX_VALUE;
  }

  /** A value of three digits. */
  double written(double value) {
    return new BigDecimal(value, DIGITS).doubleValue();
  }
}
