package io.heddle.runtime.cost;

import static io.heddle.plan.figure.KernelFigure.HEAD;

import io.heddle.plan.figure.KernelFigure;
import io.heddle.plan.figure.KernelFigures;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Figures of several head sizes: they are interpolated in the logarithm of the size, and held
 * beyond.
 */
final class HeadSizes {
  private final List<KernelFigures> lines;

  /**
   * @param lines at least one; each of another head size
   */
  HeadSizes(List<KernelFigures> lines) {
    this.lines =
        lines.stream().sorted(Comparator.comparingDouble(line -> line.value(HEAD))).toList();
  }

  double value(KernelFigure figure, double head) {
    return value(line -> line.value(figure), head);
  }

  /** What follows from the figures of one line, interpolated as figures are. */
  double value(ToDoubleFunction<KernelFigures> of, double head) {
    KernelFigures below = lines.get(0);
    for (KernelFigures line : lines) {
      if (line.value(HEAD) >= head) {
        return between(below, line, of, head);
      }
      below = line;
    }
    return of.applyAsDouble(below);
  }

  private static double between(
      KernelFigures below, KernelFigures above, ToDoubleFunction<KernelFigures> of, double head) {
    double from = below.value(HEAD);
    double to = above.value(HEAD);
    if (to <= from || head <= from) {
      return of.applyAsDouble(head <= from ? below : above);
    }
    double share = StrictMath.log(head / from) / StrictMath.log(to / from);
    double ofBelow = of.applyAsDouble(below);
    return ofBelow + share * (of.applyAsDouble(above) - ofBelow);
  }
}
