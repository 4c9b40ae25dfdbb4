package io.heddle.runtime.simulate.workload;

import java.io.IOException;
import java.util.List;

/** Where the nodes of one rank come from, some at a time. */
public interface NodeSource {
  /**
   * Adds the next nodes to a table. It is called at the start, and then whenever the last node of
   * the compute lane or the last node of the communication lane that was added is issued. None of
   * the nodes still to come may be free before that.
   *
   * @return false if there were none left
   */
  boolean load(NodeTable table) throws IOException;

  /**
   * Whether each node of the compute lane waits for the one before it, and each of the
   * communication lane likewise. Then at most one node of a lane is free at any time, and the order
   * of events within a tick cannot matter.
   */
  boolean chained();

  /** Whether the first load took all nodes. */
  default boolean whole() {
    return false;
  }

  /** What is odd about the trace and does not keep it from running; known when all is loaded. */
  default List<Oddity> oddities() {
    return List.of();
  }

  /** Which file it is, for messages that follow; empty if it is none. */
  default String place() {
    return "";
  }

  /** Where a node stands, for messages: file, byte and name as far as they are known. */
  String locate(long nodeId);
}
