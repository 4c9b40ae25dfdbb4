package io.heddle.runtime.cost;

import static io.heddle.plan.figure.KernelFigure.ALONE;
import static io.heddle.plan.figure.KernelFigure.BYTES;
import static io.heddle.plan.figure.KernelFigure.DEPTH;
import static io.heddle.plan.figure.KernelFigure.REACH;
import static io.heddle.plan.figure.KernelFigure.START;
import static io.heddle.plan.figure.KernelFigure.UNITS;

import io.heddle.plan.figure.KernelFigure;
import io.heddle.plan.figure.KernelFigures;
import java.util.List;

/**
 * What fused attention takes (Dao 2023): blocks of 128 queries, each with the keys that they see,
 * are dealt out to the units. With R the rate of one unit and B the memory's bandwidth:
 *
 * <pre>
 * span    = keys that a query sees, in the mean; under a window 128 more, as blocks are whole
 * work    = operations of one pair of query and key
 * all     = batch queries (span + depth) work / (units reach R)
 * longest = alone 128 (keys that the last query sees + depth) work / (reach R)
 * time    = start + bytes / (BYTES B) + √(all² + longest²)
 * </pre>
 *
 * Figures of several head sizes are interpolated in the logarithm of the size, and held beyond.
 */
final class AttentionTime {
  private static final double NANOS = 1e9;
  private static final int BLOCK = 128;

  private final HeadSizes sizes;
  private final double peak;
  private final double bandwidth;

  /**
   * @param lines at least one; each of another head size
   * @param peak operations a second of the device
   * @param bandwidth bytes a second of its memory
   */
  AttentionTime(List<KernelFigures> lines, double peak, double bandwidth) {
    this.sizes = new HeadSizes(lines);
    this.peak = peak / NANOS;
    this.bandwidth = bandwidth / NANOS;
  }

  /**
   * ns of attention of queries to keys, {@code batch} times.
   *
   * @param head size of a head
   * @param pairs of query and key that are used, all batches together
   * @param work operations for each of them
   * @param bytes that are moved
   */
  double nanos(
      long batch, long queries, long keys, double head, double pairs, double work, long bytes) {
    double span = pairs / ((double) batch * queries);
    double half = keys / 2.0;
    double seen = span < half ? Math.min(span + BLOCK, half) : span;
    double depth = value(DEPTH, head);
    double units = value(UNITS, head);
    double rate = peak * value(REACH, head) / units;
    double rows = (double) batch * BLOCK * Math.ceil((double) queries / BLOCK);
    double all = ((double) batch * queries * seen + rows * depth) * work / (rate * units);
    double longest =
        value(ALONE, head) * BLOCK * (Math.min((double) keys, 2 * seen) + depth) * work / rate;
    double moved = bytes / (bandwidth * value(BYTES, head));
    return value(START, head) + moved + Math.sqrt(all * all + longest * longest);
  }

  private double value(KernelFigure figure, double head) {
    return sizes.value(figure, head);
  }
}
