package io.heddle.runtime.astrasim.process;

/** Is told how many ranks have finished. */
@FunctionalInterface
public interface RankProgress {
  /** Tells nobody. */
  RankProgress SILENT = (finished, ranks) -> {};

  /** One more rank has finished. Calls come from one thread at a time. */
  void finished(int finished, int ranks);
}
