package io.heddle.runtime.simulate.workload;

import java.io.IOException;

/** Names and sizes of nodes: what a simulation does not keep. */
public interface NodeDetails {
  /** Takes the details of nodes. */
  interface Visitor {
    /**
     * One node.
     *
     * @param microBatch -1 where it is in none, or nothing is known of it
     * @param bytes that it moves or touches; 0 where it does neither
     */
    void node(long id, String name, int microBatch, long bytes) throws IOException;
  }

  /** Visits all nodes of a rank. */
  void each(int rank, Visitor visitor) throws IOException;
}
