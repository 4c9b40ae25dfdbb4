package io.heddle.runtime.serving;

/**
 * How a pool was used, over the steps of its instances. What an instance has is that of all its
 * batches together, while any of them is in a step.
 */
public final class PoolUse {
  private final PoolSetup setup;
  private final PoolHistory history = new PoolHistory();
  private long steps;
  private double busy;
  private double occupied;
  private double running;
  private double waiting;
  private double pages;
  private long mostRunning;
  private long mostWaiting;
  private long mostPages;

  PoolUse(PoolSetup setup) {
    this.setup = setup;
  }

  /** An instance computes a step of one of its batches. */
  void step(long nanos) {
    steps++;
    busy += nanos;
  }

  /** What an instance had for a time, in all of its batches. */
  void held(long begin, long nanos, int runs, int waits, long used) {
    history.add(begin, nanos, runs, waits, used);
    occupied += nanos;
    running += (double) nanos * runs;
    waiting += (double) nanos * waits;
    pages += (double) nanos * used;
    mostRunning = Math.max(mostRunning, runs);
    mostWaiting = Math.max(mostWaiting, waits);
    mostPages = Math.max(mostPages, used);
  }

  /** The pool. */
  public PoolSetup setup() {
    return setup;
  }

  /** What its instances had over time. */
  public PoolHistory history() {
    return history;
  }

  /** Steps of all instances. */
  public long steps() {
    return steps;
  }

  /** Time in steps, of all batches of all instances together, seconds. */
  public double busySeconds() {
    return busy / 1e9;
  }

  /** Sequences that ran in an instance, mean over the time in steps. */
  public double meanRunning() {
    return occupied == 0 ? 0 : running / occupied;
  }

  /** The most sequences that ran in an instance. */
  public long mostRunning() {
    return mostRunning;
  }

  /** Requests that waited for an instance while it computed, mean over the time in steps. */
  public double meanWaiting() {
    return occupied == 0 ? 0 : waiting / occupied;
  }

  /** The most requests that waited for an instance. */
  public long mostWaiting() {
    return mostWaiting;
  }

  /** Pages of an instance that were in use, mean over the time in steps. */
  public double meanPages() {
    return occupied == 0 ? 0 : pages / occupied;
  }

  /** The most pages of an instance that were in use. */
  public long mostPages() {
    return mostPages;
  }
}
