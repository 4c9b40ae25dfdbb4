package io.heddle.plan.expert;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The rows that ranks send each other where experts do not all get as many: whole numbers, of which
 * no row is lost. Each of G ranks has tokens, which it sends {@code top} times each: n rows. A load
 * shares N = G n rows out among the experts; let K(e) be the rows of all experts before e. Then
 * rank s sends to the experts before e
 *
 * <pre>  ⌊(K(e) + s) / G⌋ </pre>
 *
 * rows, so that all ranks together send K(e), as Hermite's identity says, and each sends all of its
 * n. The rows from one rank to another follow from two numbers of the receiver: nobody keeps a
 * matrix.
 *
 * <p>No expert gets a token twice: where a load gives one more rows than there are tokens, others
 * get the rest.
 */
public final class ExpertShares {
  /** More experts are refused. */
  public static final int MOST_EXPERTS = 1 << 16;

  private final ExpertLoad load;
  private final int experts;
  private final int ranks;
  private final long tokens;
  private final long top;

  /** The rows of all ranks before each rank, by draws. */
  private final AtomicReferenceArray<long @Nullable []> cuts;

  /**
   * @param experts of all ranks, a multiple of {@code ranks}, at most {@link #MOST_EXPERTS}
   * @param ranks that exchange their tokens
   * @param tokens of each rank
   * @param top experts that get each token, at most {@code experts}
   * @throws ArithmeticException if 63 bits do not hold the rows
   */
  public ExpertShares(ExpertLoad load, long experts, long ranks, long tokens, long top) {
    this.load = load;
    this.experts = Math.toIntExact(experts);
    this.ranks = Math.toIntExact(ranks);
    this.tokens = tokens;
    this.top = top;
    Math.multiplyExact(ranks, sent());
    if (experts > MOST_EXPERTS || experts % ranks != 0 || top > experts) {
      throw new IllegalArgumentException(
          "%d experts on %d ranks, %d for each token".formatted(experts, ranks, top));
    }
    this.cuts = new AtomicReferenceArray<>(load.draws());
  }

  /** Rows that each rank sends, those to itself included. */
  public long sent() {
    return Math.multiplyExact(tokens, top);
  }

  /** Ranks that exchange their tokens. */
  public int ranks() {
    return ranks;
  }

  /** Loads that are told apart. */
  public int draws() {
    return cuts.length();
  }

  /** Which of the loads that are told apart a layer has in a micro-batch. */
  public int draw(int microBatch, int layer) {
    return load.draw(microBatch, layer);
  }

  /** Rows that the experts of a rank get of all ranks. */
  public long received(int rank, int draw) {
    long[] cut = cut(draw);
    return cut[rank + 1] - cut[rank];
  }

  /** Rows that a rank sends to the experts of another, or of itself. */
  public long between(int from, int to, int draw) {
    long[] cut = cut(draw);
    return (cut[to + 1] + from) / ranks - (cut[to] + from) / ranks;
  }

  /** The most rows that any rank gets in any micro-batch of any number of them. */
  public long most() {
    long most = 0;
    for (int draw = 0; draw < cuts.length(); draw++) {
      for (int rank = 0; rank < ranks; rank++) {
        most = Math.max(most, received(rank, draw));
      }
    }
    return most;
  }

  private long[] cut(int draw) {
    long[] known = cuts.get(draw);
    if (known != null) {
      return known;
    }
    long[] made = new long[ranks + 1];
    long[] rows = rows(draw);
    int each = experts / ranks;
    for (int rank = 0; rank < ranks; rank++) {
      made[rank + 1] = made[rank];
      for (int i = rank * each; i < (rank + 1) * each; i++) {
        made[rank + 1] += rows[i];
      }
    }
    cuts.set(draw, made);
    return made;
  }

  /** Rows of each expert: its share rounded down, and one more for those that lose most by it. */
  long[] rows(int draw) {
    double[] shares = shares(load.weights(experts, ranks, draw));
    long room = tokens * ranks;
    long[] rows = new long[experts];
    long left = sent() * ranks;
    for (int i = 0; i < experts; i++) {
      rows[i] = Math.min(room, (long) shares[i]);
      left -= rows[i];
    }
    int[] byLoss =
        IntStream.range(0, experts)
            .boxed()
            .sorted((a, b) -> Double.compare(shares[b] - rows[b], shares[a] - rows[a]))
            .mapToInt(Integer::intValue)
            .toArray();
    // Sums of doubles may leave a few rows more than there are experts, or take some too many.
    for (int i = 0; left != 0; i = (i + 1) % experts) {
      int expert = byLoss[left > 0 ? i : experts - 1 - i];
      if (left > 0 && rows[expert] < room) {
        rows[expert]++;
        left--;
      } else if (left < 0 && rows[expert] > 0) {
        rows[expert]--;
        left++;
      }
    }
    return rows;
  }

  /** Rows of each expert, not yet whole: none has more than there are tokens. */
  private double[] shares(double[] weights) {
    double room = (double) tokens * ranks;
    double left = room * top;
    double[] shares = new double[experts];
    boolean[] full = new boolean[experts];
    while (true) {
      double sum = 0;
      int others = 0;
      for (int i = 0; i < experts; i++) {
        sum += full[i] ? 0 : weights[i];
        others += full[i] ? 0 : 1;
      }
      double rest = left;
      boolean filled = false;
      for (int i = 0; i < experts; i++) {
        if (!full[i]) {
          shares[i] = sum > 0 ? rest * (weights[i] / sum) : rest / others;
          if (shares[i] > room) {
            shares[i] = room;
            full[i] = true;
            filled = true;
            left -= room;
          }
        }
      }
      if (!filled) {
        return shares;
      }
    }
  }

  @Override
  public String toString() {
    return load.text() + " of " + Arrays.asList(experts, ranks, tokens, top);
  }
}
