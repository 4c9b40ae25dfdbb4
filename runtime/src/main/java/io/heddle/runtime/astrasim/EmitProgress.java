package io.heddle.runtime.astrasim;

import io.heddle.plan.marker.Api;

/** Is told how far the writing of a folder has come. */
@Api
@FunctionalInterface
public interface EmitProgress {
  /** Tells nobody. */
  EmitProgress SILENT = (written, ranks, nodes, bytes) -> {};

  /**
   * One more rank is written. Calls come from any thread, one at a time.
   *
   * @param written ranks so far
   * @param ranks in all
   * @param nodes of the ranks so far
   * @param bytes of the ranks so far
   */
  void written(int written, int ranks, long nodes, long bytes);
}
