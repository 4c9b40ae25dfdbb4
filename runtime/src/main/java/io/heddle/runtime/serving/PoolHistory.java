package io.heddle.runtime.serving;

/**
 * What the instances of a pool had together over time, as means over spans that are equally long.
 * There are as many spans as need be up to a limit; then each two become one, so that a run of any
 * length takes the same memory.
 */
public final class PoolHistory {
  private static final int MOST_SPANS = 256;
  private static final int FIRST_SHIFT = 10;

  private final double[] running = new double[MOST_SPANS];
  private final double[] waiting = new double[MOST_SPANS];
  private final double[] pages = new double[MOST_SPANS];

  /** A span has 2^shift ns. */
  private int shift = FIRST_SHIFT;

  private int spans;

  /** Adds what an instance had in a step. */
  void add(long begin, long nanos, int runs, int waits, long used) {
    long last = begin + nanos - 1;
    while (last >>> shift >= MOST_SPANS) {
      fold();
    }
    long at = begin;
    for (int span = (int) (begin >>> shift); span <= (int) (last >>> shift); span++) {
      long end = Math.min(begin + nanos, (span + 1L) << shift);
      double share = (double) (end - at) / (1L << shift);
      running[span] += share * runs;
      waiting[span] += share * waits;
      pages[span] += share * used;
      at = end;
    }
    spans = Math.max(spans, (int) (last >>> shift) + 1);
  }

  private void fold() {
    for (double[] means : new double[][] {running, waiting, pages}) {
      for (int i = 0; i < MOST_SPANS; i++) {
        int from = 2 * i;
        means[i] = from < MOST_SPANS ? (means[from] + means[from + 1]) / 2 : 0;
      }
    }
    shift++;
    spans = (spans + 1) / 2;
  }

  /** How many spans there are, up to the last step. */
  public int spans() {
    return spans;
  }

  /** How long a span is; the first begins at time 0. */
  public long spanNanos() {
    return 1L << shift;
  }

  /** Sequences that ran, mean of a span. */
  public double running(int span) {
    return running[span];
  }

  /** Requests that waited for an instance while it computed, mean of a span. */
  public double waiting(int span) {
    return waiting[span];
  }

  /** Pages in use while instances computed, mean of a span. */
  public double pages(int span) {
    return pages[span];
  }
}
