package io.heddle.runtime.serving;

/**
 * How a pool was used, over the steps of its instances. The course over time is kept in a few spans
 * of equal length, which double when time goes on: so it takes the same memory however long a run
 * is.
 */
public final class PoolUse {
  private static final int SPANS = 256;

  private final PoolSetup setup;
  private long steps;
  private double busy;
  private double running;
  private double waiting;
  private double pages;
  private long mostRunning;
  private long mostWaiting;
  private long mostPages;
  private long span = 1_000_000;
  private final double[][] course = new double[4][SPANS];

  PoolUse(PoolSetup setup) {
    this.setup = setup;
  }

  void step(long now, long nanos, int runs, int waits, long used) {
    steps++;
    busy += nanos;
    running += (double) nanos * runs;
    waiting += (double) nanos * waits;
    pages += (double) nanos * used;
    mostRunning = Math.max(mostRunning, runs);
    mostWaiting = Math.max(mostWaiting, waits);
    mostPages = Math.max(mostPages, used);
    while (now / span >= SPANS) {
      widen();
    }
    int at = (int) (now / span);
    course[0][at] += nanos;
    course[1][at] += (double) nanos * runs;
    course[2][at] += (double) nanos * waits;
    course[3][at] += (double) nanos * used;
  }

  private void widen() {
    for (double[] line : course) {
      for (int i = 0; i < SPANS; i++) {
        line[i] = 2 * i < SPANS ? line[2 * i] + line[2 * i + 1] : 0;
      }
    }
    span *= 2;
  }

  /** The pool. */
  public PoolSetup setup() {
    return setup;
  }

  /** Steps of all instances. */
  public long steps() {
    return steps;
  }

  /** Time in steps, of all instances together, seconds. */
  public double busySeconds() {
    return busy / 1e9;
  }

  /** Sequences that ran in an instance, mean over the time in steps. */
  public double meanRunning() {
    return busy == 0 ? 0 : running / busy;
  }

  /** The most sequences that ran in an instance. */
  public long mostRunning() {
    return mostRunning;
  }

  /** Requests that waited for an instance while it computed, mean over the time in steps. */
  public double meanWaiting() {
    return busy == 0 ? 0 : waiting / busy;
  }

  /** The most requests that waited for an instance. */
  public long mostWaiting() {
    return mostWaiting;
  }

  /** Pages of an instance that were in use, mean over the time in steps. */
  public double meanPages() {
    return busy == 0 ? 0 : pages / busy;
  }

  /** The most pages of an instance that were in use. */
  public long mostPages() {
    return mostPages;
  }

  /** How long a span of the course is, seconds. */
  public double spanSeconds() {
    return span / 1e9;
  }

  /** Means of each span, up to the last with a step. */
  public Course course() {
    int length = SPANS;
    while (length > 0 && course[0][length - 1] == 0) {
      length--;
    }
    double[][] means = new double[3][length];
    for (int line = 0; line < 3; line++) {
      for (int i = 0; i < length; i++) {
        means[line][i] = course[0][i] == 0 ? 0 : course[line + 1][i] / course[0][i];
      }
    }
    return new Course(means[0], means[1], means[2]);
  }

  /**
   * What an instance did in each span.
   *
   * @param running sequences
   * @param waiting requests
   * @param pages in use
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record Course(double[] running, double[] waiting, double[] pages) {}
}
