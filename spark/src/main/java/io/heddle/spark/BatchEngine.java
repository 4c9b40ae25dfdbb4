package io.heddle.spark;

import java.util.List;

/** Runs batches of points, on whatever machines. */
interface BatchEngine extends AutoCloseable {
  /** Hears of batches, one at a time and in any order. */
  @FunctionalInterface
  interface Listener {
    /**
     * A batch is finished.
     *
     * @param lines of its points, as they stand in folders of results
     */
    void finished(int batch, List<String> lines);
  }

  /** Batches that run at once. */
  int atOnce();

  /**
   * Runs batches until all are finished.
   *
   * @param batches numbers of points
   * @throws LostBatchException if a batch costs its process again and again; others of which the
   *     listener has not heard are not finished either
   * @throws io.heddle.cli.failure.Failure if they cannot run, or the process is told to end
   */
  void run(List<long[]> batches, Listener listener) throws LostBatchException;

  @Override
  void close();
}
