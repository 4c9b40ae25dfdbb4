package io.heddle.runtime.cost;

import static io.heddle.plan.figure.KernelFigure.APART;
import static io.heddle.plan.figure.KernelFigure.BYTES;
import static io.heddle.plan.figure.KernelFigure.CHAIN;
import static io.heddle.plan.figure.KernelFigure.DEPTH;
import static io.heddle.plan.figure.KernelFigure.REACH;
import static io.heddle.plan.figure.KernelFigure.SHARED;
import static io.heddle.plan.figure.KernelFigure.SPLIT;
import static io.heddle.plan.figure.KernelFigure.START;

import io.heddle.plan.figure.KernelFigures;
import java.util.List;

/**
 * What attention of single new tokens to a cache takes, or of few, as a step computes that verifies
 * guesses: it reads the keys and values, and computes beside. Kernels read what some heads of
 * queries have in common once; of more heads than they are made for, each reads a share of it by
 * itself. A unit goes through keys one after the other; they may be dealt out to several, each of
 * which costs a time to be added to the others. With P the device's peak, B its memory's bandwidth:
 *
 * <pre>
 * read     = bytes of keys and values (1 + depth / keys) (1, or heads apart for more heads than shared)
 * moved    = (read + bytes of queries and results) / (BYTES B)
 * computed = operations / (reach P)
 * summed   = of all keys, as of a sum in {@link SkinnyTime}
 * time     = start + √(moved² + computed² + summed²)
 * </pre>
 *
 * Latent attention with up-projections absorbed is a head of keys, 576 wide, and of values, 512
 * wide, that all heads of queries have in common: the line of head size 544. Figures of several
 * head sizes are interpolated in the logarithm of the size, and held beyond.
 */
final class DecodeTime {
  private static final double NANOS = 1e9;

  /** More queries than these are no heads that have keys in common. */
  private static final int MOST_HEADS = 128;

  /** As many queries as keys are a short whole sequence, unless they are fewer than this. */
  private static final int FEW = 16;

  /** More new tokens of a sequence are a piece of a prompt. */
  private static final int MOST_TOKENS = 16;

  /** Heads so wide are what latent attention keeps, never those of whole sequences. */
  private static final int LATENT = 512;

  private final HeadSizes sizes;
  private final double peak;
  private final double bandwidth;

  /**
   * @param lines at least one; each of another head size
   * @param peak operations a second of the device
   * @param bandwidth bytes a second of its memory
   */
  DecodeTime(List<KernelFigures> lines, double peak, double bandwidth) {
    this.sizes = new HeadSizes(lines);
    this.peak = peak / NANOS;
    this.bandwidth = bandwidth / NANOS;
  }

  /**
   * New tokens of each sequence if attention is that of few of them; 0 if it is any other. Of one,
   * all of few queries see all keys. Of n, each sees one key more than the one before, and the last
   * all: so (n - 1) / 2 keys a query are not seen.
   *
   * @param head its size
   * @param pairs of query and key that are used, all batches together
   */
  static long tokens(long batch, long queries, long keys, double head, double pairs) {
    double unseen = (double) batch * queries * keys - pairs;
    if (unseen == 0) {
      boolean isSquare = queries == keys && queries > FEW && head < LATENT;
      return queries <= MOST_HEADS && !isSquare ? 1 : 0;
    }
    double tokens = 1 + 2 * unseen / ((double) batch * queries);
    boolean isFew = tokens == Math.rint(tokens) && tokens > 1 && tokens <= MOST_TOKENS;
    return isFew && keys > 2 * tokens && queries % tokens == 0 && queries / tokens <= MOST_HEADS
        ? (long) tokens
        : 0;
  }

  /**
   * ns of attention.
   *
   * @param heads of queries that have keys in common
   * @param head its size
   * @param operations of all products
   * @param bytes that are moved
   * @param ofQueries those of queries and results among them
   */
  double nanos(long heads, long keys, double head, long operations, long bytes, double ofQueries) {
    double own = Math.min((double) bytes, ofQueries);
    double shared = sizes.value(SHARED, head);
    double times = shared > 0 && heads > shared ? heads * sizes.value(APART, head) : 1;
    double read = (bytes - own) * (1 + sizes.value(DEPTH, head) / keys) * times;
    double moved = (read + own) / (bandwidth * sizes.value(BYTES, head));
    double computed = operations / (peak * sizes.value(REACH, head));
    // Chain and split together say what keys take, neither does alone.
    double summed =
        sizes.value(line -> SkinnyTime.summed(keys, line.value(CHAIN), line.value(SPLIT)), head);
    return sizes.value(START, head)
        + Math.sqrt(moved * moved + computed * computed + summed * summed);
  }
}
