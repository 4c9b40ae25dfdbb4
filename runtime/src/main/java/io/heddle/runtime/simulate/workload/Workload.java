package io.heddle.runtime.simulate.workload;

import io.heddle.runtime.simulate.collective.SentParts;
import io.heddle.runtime.simulate.memory.NodeTensors;
import java.io.IOException;
import java.util.Map;

/** What all ranks have to do. */
public interface Workload extends NodeDetails {
  /** Number of ranks. */
  int ranks();

  /**
   * Whether the run ends where AstraSim would fail: with work of no time at t = 0, and with a rank
   * that is done by a message and has nodes of which there are no statistics.
   */
  default boolean fails() {
    return false;
  }

  /** Takes what nodes say of their tensors. */
  @FunctionalInterface
  interface TensorVisitor {
    /** One node; of two with one id, the last counts. */
    void node(long id, NodeTensors tensors);
  }

  /** Visits all nodes of a rank with the lists of tensors that they read and write. */
  default void eachTensors(int rank, TensorVisitor visitor) throws IOException {
    throw new IOException("only traces in files say which tensors their nodes read and write");
  }

  /** The nodes of one rank, but not what they say of parents that are not there. */
  default NodeSource openPartly(int rank) throws IOException {
    return open(rank);
  }

  /** What nodes of a rank call their groups, by their ids, where that is more than a number. */
  default Map<Long, String> groupNames(int rank) {
    return Map.of();
  }

  /** The nodes of one rank. */
  NodeSource open(int rank) throws IOException;

  /**
   * What a node sends that stands for all messages of an exchange.
   *
   * @param number as the node says
   */
  default SentParts sentParts(int number) {
    throw new IllegalStateException("each message is a node of its own");
  }
}
