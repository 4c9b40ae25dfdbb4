package io.heddle.runtime.mode;

import io.heddle.plan.mesh.Collective;
import io.heddle.plan.mesh.Group;
import io.heddle.runtime.trace.CountingSink;
import io.heddle.runtime.trace.Kernel;
import io.heddle.runtime.trace.NodeHeader;
import io.heddle.runtime.trace.NodeSink;

/** Counts nodes, those of one micro-batch apart. Kernels that stand for passes do not count. */
final class MicroBatchCounts implements NodeSink {
  private final CountingSink others;
  private final CountingSink ofOne;
  private final int one;

  /**
   * @param one the micro-batch that is counted apart
   */
  MicroBatchCounts(CountingSink others, CountingSink ofOne, int one) {
    this.others = others;
    this.ofOne = ofOne;
    this.one = one;
  }

  private CountingSink counts(NodeHeader node) {
    return node.microBatch() == one ? ofOne : others;
  }

  @Override
  public void compute(NodeHeader node, Kernel kernel) {
    counts(node).compute(node, kernel);
  }

  @Override
  public void timed(NodeHeader node, long nanos) {}

  @Override
  public void collective(NodeHeader node, Collective collective, Group group, long bytes) {
    counts(node).collective(node, collective, group, bytes);
  }

  @Override
  public void send(NodeHeader node, int peer, int tag, long bytes) {
    counts(node).send(node, peer, tag, bytes);
  }

  @Override
  public void receive(NodeHeader node, int peer, int tag, long bytes) {
    counts(node).receive(node, peer, tag, bytes);
  }
}
