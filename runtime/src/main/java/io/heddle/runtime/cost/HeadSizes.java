package io.heddle.runtime.cost;

import static io.heddle.plan.figure.KernelFigure.HEAD;

import io.heddle.plan.figure.KernelFigure;
import io.heddle.plan.figure.KernelFigures;
import java.util.Comparator;
import java.util.List;

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
    KernelFigures below = lines.get(0);
    for (KernelFigures line : lines) {
      if (line.value(HEAD) >= head) {
        return between(below, line, figure, head);
      }
      below = line;
    }
    return below.value(figure);
  }

  private static double between(
      KernelFigures below, KernelFigures above, KernelFigure figure, double head) {
    double from = below.value(HEAD);
    double to = above.value(HEAD);
    if (to <= from || head <= from) {
      return (head <= from ? below : above).value(figure);
    }
    double share = StrictMath.log(head / from) / StrictMath.log(to / from);
    return below.value(figure) + share * (above.value(figure) - below.value(figure));
  }
}
