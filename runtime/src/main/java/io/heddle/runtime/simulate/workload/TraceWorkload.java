package io.heddle.runtime.simulate.workload;

import java.nio.file.Path;

/**
 * Trace files, one per rank, whoever made them. A rank's trace is read whole, since a node may name
 * parents that come later, and AstraSim issues whichever free node has the smallest id.
 *
 * @param prefix rank r reads {@code prefix.r.et}
 */
public record TraceWorkload(Path prefix, int ranks) implements Workload {
  @Override
  public NodeSource open(int rank) {
    return new TraceSource(file(rank), rank);
  }

  /** The trace of a rank. */
  public Path file(int rank) {
    return prefix.resolveSibling(prefix.getFileName() + "." + rank + ".et");
  }
}
