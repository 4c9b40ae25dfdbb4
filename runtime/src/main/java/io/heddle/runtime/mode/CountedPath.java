package io.heddle.runtime.mode;

import io.heddle.runtime.mesh.Group;
import io.heddle.runtime.trace.Collective;
import io.heddle.runtime.trace.CountingSink;
import io.heddle.runtime.trace.NodeHeader;
import io.heddle.runtime.trace.NodeSink;

/** Hands nodes on to a path and counts them, those of one micro-batch apart. */
final class CountedPath implements NodeSink {
  private final LanePath path;
  private final CountingSink others;
  private final CountingSink ofOne;
  private final int one;

  /**
   * @param one the micro-batch that is counted apart
   */
  CountedPath(LanePath path, CountingSink others, CountingSink ofOne, int one) {
    this.path = path;
    this.others = others;
    this.ofOne = ofOne;
    this.one = one;
  }

  private CountingSink counts(NodeHeader node) {
    return node.microBatch() == one ? ofOne : others;
  }

  @Override
  public void compute(NodeHeader node, long operations, long bytes, long matmulOperations) {
    counts(node).compute(node, operations, bytes, matmulOperations);
    path.compute(node, operations, bytes, matmulOperations);
  }

  @Override
  public void timed(NodeHeader node, long nanos) {
    path.timed(node, nanos);
  }

  @Override
  public void collective(NodeHeader node, Collective collective, Group group, long bytes) {
    counts(node).collective(node, collective, group, bytes);
    path.collective(node, collective, group, bytes);
  }

  @Override
  public void send(NodeHeader node, int peer, int tag, long bytes) {
    counts(node).send(node, peer, tag, bytes);
    path.send(node, peer, tag, bytes);
  }

  @Override
  public void receive(NodeHeader node, int peer, int tag, long bytes) {
    counts(node).receive(node, peer, tag, bytes);
    path.receive(node, peer, tag, bytes);
  }
}
