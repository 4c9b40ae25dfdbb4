package io.heddle.runtime.cost;

import static io.heddle.plan.figure.KernelFigure.BYTES;
import static io.heddle.plan.figure.KernelFigure.CHAIN;
import static io.heddle.plan.figure.KernelFigure.EACH;
import static io.heddle.plan.figure.KernelFigure.REACH;
import static io.heddle.plan.figure.KernelFigure.SPLIT;
import static io.heddle.plan.figure.KernelFigure.START;

import io.heddle.plan.figure.KernelFigures;

/**
 * What a matrix product of few rows takes: it reads its weights, and what else it does runs beside.
 * A unit adds up a sum one element after the other; a sum may be cut into parts, each of which
 * costs a time to be added to the others, and the best number of parts is chosen. With P the
 * device's peak, B its memory's bandwidth:
 *
 * <pre>
 * moved    = (bytes + batch each) / (BYTES B)
 * computed = 2 batch 64 ⌈M / 64⌉ K N / (reach P)
 * alone    = chain K
 * summed   = min over p ≥ 1 of alone / p + (p − 1) split
 *          = alone where alone ≤ split, else 2 √(alone split) − split
 * time     = start + √(moved² + computed² + summed²)
 * </pre>
 *
 * Times grow with each of M, N and K.
 */
final class SkinnyTime {
  private static final double NANOS = 1e9;
  private static final long ROWS = 64;

  private final KernelFigures figures;
  private final double peak;
  private final double bandwidth;

  /**
   * @param peak operations a second of the device
   * @param bandwidth bytes a second of its memory
   */
  SkinnyTime(KernelFigures figures, double peak, double bandwidth) {
    this.figures = figures;
    this.peak = peak / NANOS;
    this.bandwidth = bandwidth / NANOS;
  }

  /** ns of {@code batch} products of M x K by K x N that move so many bytes. */
  double nanos(long batch, long m, long k, long n, long bytes) {
    double each = batch * figures.value(EACH);
    double moved = (bytes + each) / (bandwidth * figures.value(BYTES));
    double rows = ROWS * Math.ceil((double) m / ROWS);
    double computed = 2 * batch * rows * k * n / (peak * figures.value(REACH));
    double summed = summed(k, figures.value(CHAIN), figures.value(SPLIT));
    return figures.value(START) + Math.sqrt(moved * moved + computed * computed + summed * summed);
  }

  /**
   * ns of a sum of so many elements in the best number of parts.
   *
   * @param chain ns of each element
   * @param split ns of each further part
   */
  static double summed(long elements, double chain, double split) {
    double alone = chain * elements;
    return alone <= split ? alone : 2 * Math.sqrt(alone * split) - split;
  }
}
