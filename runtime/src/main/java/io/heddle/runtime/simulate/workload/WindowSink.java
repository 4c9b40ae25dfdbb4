package io.heddle.runtime.simulate.workload;

import io.heddle.plan.mesh.Collective;
import io.heddle.plan.mesh.Group;
import io.heddle.runtime.simulate.kernel.SimulationFault;
import io.heddle.runtime.trace.Kernel;
import io.heddle.runtime.trace.NodeHeader;
import io.heddle.runtime.trace.NodeIds;
import io.heddle.runtime.trace.NodeSink;
import org.jspecify.annotations.Nullable;

/** Puts the nodes of an action into the table of a rank, behind those that are not finished. */
final class WindowSink implements NodeSink {
  private static final int ALL_DIMENSIONS = 0xffff;

  private final NodeTable table;
  private final PendingSlots pending;
  private final int rank;
  private final @Nullable ExchangeJoin exchange;
  private boolean computed;

  /**
   * @param exchange joins the messages of exchanges; null where each is a node of its own
   */
  WindowSink(NodeTable table, PendingSlots pending, int rank, @Nullable ExchangeJoin exchange) {
    this.exchange = exchange;
    this.table = table;
    this.pending = pending;
    this.rank = rank;
  }

  /** Whether there was a node of the compute lane. */
  boolean computed() {
    return computed;
  }

  @Override
  public void compute(NodeHeader node, Kernel kernel) {
    computed = true;
    add(node, NodeKind.COMPUTE, node.scaled(kernel.operations()), node.scaled(kernel.bytes()));
  }

  @Override
  public void timed(NodeHeader node, long nanos) {
    computed = true;
    add(node, NodeKind.COMPUTE, 1, 1, nanos);
  }

  @Override
  public void collective(NodeHeader node, Collective collective, Group group, long bytes) {
    int slot = add(node, NodeKind.COLLECTIVE, node.carried(bytes), NodeTable.pair(group.id(), 0));
    table.option(slot, collective.chakraType() | (ALL_DIMENSIONS << 8));
  }

  @Override
  public void send(NodeHeader node, int peer, int tag, long bytes) {
    if (exchange == null) {
      message(node, NodeKind.SEND, peer, tag, bytes);
    } else if (!exchange.joinsSend(node, peer, node.carried(bytes))) {
      int slot = message(node, NodeKind.SEND, peer, tag, bytes);
      exchange.sent(node, peer, node.carried(bytes), slot);
    }
  }

  @Override
  public void receive(NodeHeader node, int peer, int tag, long bytes) {
    if (exchange == null) {
      message(node, NodeKind.RECEIVE, peer, tag, bytes);
    } else if (!exchange.joinsReceive(node)) {
      exchange.received(node, message(node, NodeKind.RECEIVE, peer, tag, bytes));
    }
  }

  private int message(NodeHeader node, NodeKind kind, int peer, int tag, long bytes) {
    int slot = add(node, kind, node.carried(bytes), NodeTable.pair(peer, tag));
    Group group = node.group();
    table.option(slot, group == null ? 0 : group.id());
    return slot;
  }

  private int add(NodeHeader node, NodeKind kind, long size, long detail) {
    return add(node, kind, size, detail, 1);
  }

  private int add(NodeHeader node, NodeKind kind, long size, long detail, long nanos) {
    if (exchange != null && !node.isExchanged()) {
      exchange.end();
    }
    int slot = table.add(node.id());
    table.describe(slot, kind, false, size, detail, nanos);
    boolean afterLast = waitFor(slot, node.dataDependencies());
    afterLast |= waitFor(slot, node.controlDependencies());
    if (!table.waits(slot) && !afterLast && table.lastFinished() >= 0) {
      throw new SimulationFault(
          "rank "
              + rank
              + ": node "
              + node.id()
              + " was free before its action was asked for: the lanes of the plan are not chained");
    }
    pending.put(table, node.id(), slot);
    table.complete(slot);
    return slot;
  }

  /** Returns whether the node that was finished last is among the parents. */
  private boolean waitFor(int slot, NodeIds parents) {
    boolean afterLast = false;
    if (exchange != null) {
      exchange.checkWhole(parents);
    }
    for (int i = 0; i < parents.size(); i++) {
      long parent = parents.get(i);
      int parentSlot = pending.get(table, parent);
      if (parentSlot != NodeTable.NONE) {
        table.waitFor(slot, parentSlot);
      }
      afterLast |= parent == table.lastFinished();
    }
    return afterLast;
  }
}
