package io.heddle.runtime.astrasim;

/** Is told how far the writing of a folder has come. */
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
