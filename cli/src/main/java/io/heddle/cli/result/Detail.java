package io.heddle.cli.result;

/**
 * How much was recorded of a step. Each level has all of those before it; each costs time and
 * memory, so that a run records only what it is asked for.
 */
public enum Detail {
  /** The times of all ranks. */
  TIMES,
  /** The critical path. */
  CRITICAL_PATH,
  /** When the passes of the pipeline ran, for the charts of a page. */
  PASSES;

  /** Whether a step that was recorded so has what is asked for. */
  public boolean has(Detail asked) {
    return compareTo(asked) >= 0;
  }
}
