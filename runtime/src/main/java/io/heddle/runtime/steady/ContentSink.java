package io.heddle.runtime.steady;

import io.heddle.plan.mesh.Collective;
import io.heddle.plan.mesh.Group;
import io.heddle.plan.schedule.Action;
import io.heddle.runtime.trace.Kernel;
import io.heddle.runtime.trace.NodeHeader;
import io.heddle.runtime.trace.NodeIds;
import io.heddle.runtime.trace.NodeSink;

/**
 * Sums up what the nodes of an action are, so that actions that do the same for another micro-batch
 * have the same sum.
 */
final class ContentSink implements NodeSink {
  private final ActionRecord record;
  private final int microBatch;
  private final long firstOfCycles;

  /**
   * @param action whose nodes come; its micro-batch is what others are told from
   * @param firstOfCycles the first node of the actions that repeat: earlier ones are the same for
   *     all
   */
  ContentSink(ActionRecord record, Action action, long firstOfCycles) {
    this.record = record;
    this.microBatch = action.microBatch();
    this.firstOfCycles = firstOfCycles;
  }

  @Override
  public void compute(NodeHeader node, Kernel kernel) {
    add(node, 1, node.scaled(kernel.operations()), node.scaled(kernel.bytes()));
  }

  @Override
  public void timed(NodeHeader node, long nanos) {
    add(node, 2, nanos, 0);
  }

  @Override
  public void collective(NodeHeader node, Collective collective, Group group, long bytes) {
    add(node, 3, node.carried(bytes), ((long) group.id() << 8) | collective.chakraType());
  }

  @Override
  public void send(NodeHeader node, int peer, int tag, long bytes) {
    message(node, 4, peer, bytes);
  }

  @Override
  public void receive(NodeHeader node, int peer, int tag, long bytes) {
    message(node, 5, peer, bytes);
  }

  private void message(NodeHeader node, int kind, int peer, long bytes) {
    Group group = node.group();
    long within = group == null ? 0 : group.id();
    int later = node.microBatch() - microBatch;
    add(node, kind, node.carried(bytes), ActionRecord.mix(peer + (within << 32)) + later);
  }

  private void add(NodeHeader node, int kind, long size, long detail) {
    long sum = ActionRecord.mix(kind + ActionRecord.mix(size + ActionRecord.mix(detail)));
    sum = add(sum, node.id(), node.dataDependencies());
    sum = add(sum, node.id(), node.controlDependencies());
    record.node(node.id(), sum);
  }

  private long add(long sum, long id, NodeIds parents) {
    long more = ActionRecord.mix(sum + parents.size());
    for (int i = 0; i < parents.size(); i++) {
      long parent = parents.get(i);
      more = ActionRecord.mix(more + (parent < firstOfCycles ? -parent : id - parent));
    }
    return more;
  }
}
