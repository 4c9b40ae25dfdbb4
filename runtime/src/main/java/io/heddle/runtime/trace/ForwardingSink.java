package io.heddle.runtime.trace;

import io.heddle.plan.mesh.Collective;
import io.heddle.plan.mesh.Group;

/** Hands all communication on to another sink; the subclass says what becomes of kernels. */
public abstract class ForwardingSink implements NodeSink {
  private final NodeSink sink;

  protected ForwardingSink(NodeSink sink) {
    this.sink = sink;
  }

  @Override
  public final void collective(NodeHeader node, Collective collective, Group group, long bytes) {
    sink.collective(node, collective, group, bytes);
  }

  @Override
  public final void send(NodeHeader node, int peer, int tag, long bytes) {
    sink.send(node, peer, tag, bytes);
  }

  @Override
  public final void receive(NodeHeader node, int peer, int tag, long bytes) {
    sink.receive(node, peer, tag, bytes);
  }
}
