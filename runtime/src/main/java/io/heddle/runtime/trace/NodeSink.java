package io.heddle.runtime.trace;

import io.heddle.plan.mesh.Group;

/**
 * Takes the nodes of one rank's trace in order of their ids. Files, counters, verifiers and the
 * simulator are sinks. Sizes are exact: operations are single multiplications or additions, bytes
 * are bytes.
 */
public interface NodeSink {
  /**
   * A kernel on the compute lane.
   *
   * @param operations all operations of the kernel, at least 1
   * @param bytes what it reads and writes in device memory, at least 1
   * @param matmulOperations the share of {@code operations} that belongs to matrix products of the
   *     model: not point-wise work, and not the scores that flash attention computes again
   */
  void compute(NodeHeader node, long operations, long bytes, long matmulOperations);

  /**
   * A kernel that lasts longer or shorter than its work says, as {@link StragglingFlattener} makes
   * it. A sink that asks only how long it lasts takes it as another kernel.
   *
   * @param scaledOperations for how long it lasts, at least 1
   * @param scaledBytes for how long it lasts, at least 1
   * @param operations of its work, as in {@link #compute}
   * @param bytes of its work, as in {@link #compute}
   * @param matmulOperations of its work, as in {@link #compute}
   */
  default void scaledCompute(
      NodeHeader node,
      long scaledOperations,
      long scaledBytes,
      long operations,
      long bytes,
      long matmulOperations) {
    compute(node, scaledOperations, scaledBytes, matmulOperations);
  }

  /**
   * A kernel that stands for others and lasts as long as is said. Only who asks how long nodes last
   * takes it: it is in no trace.
   *
   * @param nanos 0 or more
   */
  default void timed(NodeHeader node, long nanos) {
    throw new UnsupportedOperationException("kernels without work are no part of a trace");
  }

  /**
   * A collective on the communication lane.
   *
   * @param bytes an all-gather's own shard; for all others the rank's whole input tensor
   */
  void collective(NodeHeader node, Collective collective, Group group, long bytes);

  /** A message to {@code peer} on the communication lane, which it holds until it arrives. */
  void send(NodeHeader node, int peer, int tag, long bytes);

  /** The arrival of a message from {@code peer}; it holds no lane. */
  void receive(NodeHeader node, int peer, int tag, long bytes);
}
