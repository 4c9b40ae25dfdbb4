package io.heddle.runtime.astrasim.process;

/** Is told how many ranks have finished. */
@FunctionalInterface
public interface RankProgress {
  /** Tells nobody. */
  RankProgress SILENT = (finished, ranks) -> {};

  /**
   * AstraSim is about to be started.
   *
   * @param nodes of all traces
   * @param bytes of memory that it will take, about
   */
  default void begins(long nodes, long bytes) {}

  /** One more rank has finished. Calls come from one thread at a time. */
  void finished(int finished, int ranks);
}
