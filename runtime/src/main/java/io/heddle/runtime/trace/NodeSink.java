package io.heddle.runtime.trace;

import io.heddle.plan.marker.Api;
import io.heddle.plan.mesh.Collective;
import io.heddle.plan.mesh.Group;

/**
 * Takes the nodes of one rank's trace in order of their ids. Files, counters, verifiers and the
 * simulator are sinks. Sizes are exact: operations are single multiplications or additions, bytes
 * are bytes.
 */
@Api
public interface NodeSink {
  /**
   * A kernel on the compute lane. How long it lasts follows from its operations and bytes as {@link
   * NodeHeader#scaled} gives them; what it does, from those of the kernel.
   */
  void compute(NodeHeader node, Kernel kernel);

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
