package io.heddle.runtime.trace;

import io.heddle.plan.mesh.Collective;
import io.heddle.plan.mesh.Group;

/** Hands every node to two sinks, the first before the second. */
public final class TeeSink implements NodeSink {
  private final NodeSink first;
  private final NodeSink second;

  public TeeSink(NodeSink first, NodeSink second) {
    this.first = first;
    this.second = second;
  }

  @Override
  public void compute(NodeHeader node, Kernel kernel) {
    first.compute(node, kernel);
    second.compute(node, kernel);
  }

  @Override
  public void timed(NodeHeader node, long nanos) {
    first.timed(node, nanos);
    second.timed(node, nanos);
  }

  @Override
  public void collective(NodeHeader node, Collective collective, Group group, long bytes) {
    first.collective(node, collective, group, bytes);
    second.collective(node, collective, group, bytes);
  }

  @Override
  public void send(NodeHeader node, int peer, int tag, long bytes) {
    first.send(node, peer, tag, bytes);
    second.send(node, peer, tag, bytes);
  }

  @Override
  public void receive(NodeHeader node, int peer, int tag, long bytes) {
    first.receive(node, peer, tag, bytes);
    second.receive(node, peer, tag, bytes);
  }
}
