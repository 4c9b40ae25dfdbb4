package io.heddle.runtime.simulate.workload;

import java.io.IOException;

/** What all ranks have to do. */
public interface Workload extends NodeDetails {
  /** Number of ranks. */
  int ranks();

  /** The nodes of one rank. */
  NodeSource open(int rank) throws IOException;
}
