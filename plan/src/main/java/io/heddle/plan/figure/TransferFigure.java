package io.heddle.plan.figure;

import java.util.Locale;

/**
 * A figure of what goes through a network, named in files as the constant is in small letters. What
 * each means in a formula stands with the formula, in the cost of transfers.
 */
public enum TransferFigure implements Figure {
  /** Members of a group along the network; lines of several numbers make a table. */
  RANKS(FigureUnit.NUMBER),
  /** Bytes a second that a rank sends when the transfer is large. */
  REACH(FigureUnit.BANDWIDTH),
  /** Bytes sent by a rank at which it has half of that rate. */
  HALF(FigureUnit.SIZE),
  /** What a transfer takes before and after its bytes, ns. */
  START(FigureUnit.TIME),
  /** Rows of measurements that a line was fitted to. */
  ROWS(FigureUnit.NUMBER),
  /** The mean error of each size by a fit to the others. */
  ERROR(FigureUnit.SHARE);

  private final FigureUnit unit;

  TransferFigure(FigureUnit unit) {
    this.unit = unit;
  }

  @Override
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  @Override
  public FigureUnit unit() {
    return unit;
  }
}
