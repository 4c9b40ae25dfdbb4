package io.heddle.cli.calibrate;

import io.heddle.plan.figure.FigureUnit;
import io.heddle.plan.figure.KernelFigure;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/**
 * A figure that is fitted, as a number without bounds: shares by the logistic function, all others
 * by the exponential one.
 *
 * @param first where the search begins
 */
record FittedFigure(KernelFigure figure, double first) {
  private static final MathContext DIGITS = new MathContext(3, RoundingMode.HALF_UP);
  private static final double FARTHEST = 15;

  /** The number behind which the search begins. */
  double start() {
    return isShare() ? Math.log(first / (1 - first)) : Math.log(first);
  }

  /** The value of the figure. */
  double value(double free) {
    double bounded = Math.max(-FARTHEST, Math.min(FARTHEST, free));
    return isShare() ? 1 / (1 + Math.exp(-bounded)) : Math.exp(bounded);
  }

  /** The value as it is written: with three digits, and no less than a thousandth. */
  double written(double free) {
    BigDecimal value = new BigDecimal(value(free), DIGITS);
    BigDecimal least = new BigDecimal("0.001");
    return value
        .max(least)
        .setScale(Math.max(0, Math.min(5, value.scale())), RoundingMode.HALF_UP)
        .doubleValue();
  }

  private boolean isShare() {
    return figure.unit() == FigureUnit.SHARE;
  }
}
