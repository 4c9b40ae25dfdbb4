package io.heddle.plan.figure;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * A figure of a kind of kernel, named in files as the constant is in small letters. What each means
 * in a formula stands with the formulas, in the cost of kernels.
 */
public enum KernelFigure implements Figure {
  /** The head size for which a line holds; lines of several sizes make a table. */
  HEAD(FigureUnit.NUMBER, 0),
  /** The share of the peak, or of the memory's bandwidth, that large kernels reach. */
  REACH(FigureUnit.SHARE, 1),
  /** What a kernel takes before and after its work, ns. */
  START(FigureUnit.TIME, 0),
  /** Processors that tiles or blocks are dealt out to, such as streaming multiprocessors. */
  UNITS(FigureUnit.NUMBER, 1),
  /** Of a product, the summed length that a tile costs beyond its own; of attention, keys. */
  DEPTH(FigureUnit.NUMBER, 0),
  /** How much longer the longest block takes than its work alone would say. */
  ALONE(FigureUnit.NUMBER, 1),
  /** The share of the memory's bandwidth that a kernel's operands move at. */
  BYTES(FigureUnit.SHARE, 1),
  /** How much small tiles lose: the rows and columns that a tile costs beyond its own. */
  TILE(FigureUnit.NUMBER, 0),
  /** Bytes that quantising moves for each element of the left operand. */
  QUANTISE(FigureUnit.NUMBER, 0),
  /**
   * What one unit takes for one element of the summed length of a product of few rows, or for one
   * key of a cache, ns.
   */
  CHAIN(FigureUnit.TIME, 0),
  /** What each further part costs that such a sum, or such keys, are cut into, ns. */
  SPLIT(FigureUnit.TIME, 0),
  /** Of experts of few rows, bytes that each expert costs beyond its own. */
  EACH(FigureUnit.NUMBER, 0),
  /** The most heads of queries that read their common keys of a cache together; 0: any number. */
  SHARED(FigureUnit.NUMBER, 0),
  /** How much of the keys each head reads by itself where more heads have them in common. */
  APART(FigureUnit.NUMBER, 1),
  /** How much slower a kernel of many milliseconds runs, as power and heat limit the clock. */
  SUSTAIN(FigureUnit.SHARE, 0),
  /** Rows of measurements that a line was fitted to. */
  ROWS(FigureUnit.NUMBER, 0),
  /** The mean error on those that were held out from the fit. */
  ERROR(FigureUnit.SHARE, 0);

  private final FigureUnit unit;
  private final double absent;

  KernelFigure(FigureUnit unit, double absent) {
    this.unit = unit;
    this.absent = absent;
  }

  @Override
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  @Override
  public FigureUnit unit() {
    return unit;
  }

  /** Its value where a line does not give it. */
  public double absent() {
    return absent;
  }

  /** The figure that files call so. */
  public static Optional<KernelFigure> named(String word) {
    return Arrays.stream(values()).filter(figure -> figure.word().equals(word)).findFirst();
  }
}
