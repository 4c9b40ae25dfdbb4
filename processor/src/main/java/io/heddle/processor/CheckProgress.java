package io.heddle.processor;

/** Hears how far a check has come where it compiles the points of a sweep until one is kept. */
@FunctionalInterface
public interface CheckProgress {
  /** Tells nobody. */
  CheckProgress SILENT = (tried, points) -> {};

  /**
   * No point so far is kept.
   *
   * @param tried of {@code points}
   * @param points of the sweep
   */
  void tried(long tried, long points);
}
