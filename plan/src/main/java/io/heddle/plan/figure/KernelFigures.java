package io.heddle.plan.figure;

import io.heddle.plan.marker.Api;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * The figures of one {@code kernel} line of a device.
 *
 * @param values shares as fractions, times in ns
 */
@Api
public record KernelFigures(MeasuredKernel kernel, Map<KernelFigure, Double> values) {
  public KernelFigures {
    EnumMap<KernelFigure, Double> copy = new EnumMap<>(KernelFigure.class);
    copy.putAll(values);
    values = Collections.unmodifiableMap(copy);
  }

  /** A line without figures, to be given some. */
  public static KernelFigures of(MeasuredKernel kernel) {
    return new KernelFigures(kernel, Map.of());
  }

  /** The same with one more figure. */
  public KernelFigures with(KernelFigure figure, double value) {
    Map<KernelFigure, Double> more = new EnumMap<>(KernelFigure.class);
    more.putAll(values);
    more.put(figure, value);
    return new KernelFigures(kernel, more);
  }

  /** The same without what it was tried on: figures that were made from others. */
  public KernelFigures untried() {
    Map<KernelFigure, Double> fewer = new EnumMap<>(KernelFigure.class);
    fewer.putAll(values);
    fewer.remove(KernelFigure.ROWS);
    fewer.remove(KernelFigure.ERROR);
    return new KernelFigures(kernel, fewer);
  }

  /** What the line was tried on, if it says so. */
  public Optional<Evidence> evidence() {
    return Evidence.of(values, KernelFigure.ROWS, KernelFigure.ERROR);
  }

  /** The value of a figure, or what it is where the line does not give it. */
  public double value(KernelFigure figure) {
    return values.getOrDefault(figure, figure.absent());
  }
}
