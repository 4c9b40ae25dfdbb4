package io.heddle.plan.serving;

/** Bounds of what requests are served with, and what holds where nothing is said. */
public final class ServeLimits {
  /** Instances of a pool. */
  public static final int MOST_INSTANCES = 1 << 16;

  /** How many requests there may be: their columns are held in memory. */
  public static final int MOST_REQUESTS = 10_000_000;

  /** No request has more tokens in or out: sums of a step stay far below 63 bits. */
  public static final int MOST_TOKENS = 1 << 24;

  /** Requests per second. Below it a run takes longer than 63 bits of ns hold. */
  public static final double LEAST_RATE = 1e-9;

  /** Requests per second: one each ns. */
  public static final double MOST_RATE = 1e9;

  /** Distances between requests that vary less are as good as equal. */
  public static final double LEAST_VARIATION = 1e-3;

  /** Of distances between requests. */
  public static final double MOST_VARIATION = 100;

  /** Tokens of a step where nothing is said: vLLM's for servers. */
  public static final int TOKENS = 8192;

  /** Sequences that run at a time where nothing is said. */
  public static final int SEQUENCES = 256;

  /** Share of a device's memory where nothing is said: vLLM's. */
  public static final double MEMORY = 0.9;

  private ServeLimits() {}
}
