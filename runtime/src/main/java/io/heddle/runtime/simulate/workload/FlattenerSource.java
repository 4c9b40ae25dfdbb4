package io.heddle.runtime.simulate.workload;

import io.heddle.runtime.mesh.Group;
import io.heddle.runtime.simulate.kernel.SimulationFault;
import io.heddle.runtime.trace.Collective;
import io.heddle.runtime.trace.Flattener;
import io.heddle.runtime.trace.NodeHeader;
import io.heddle.runtime.trace.NodeIds;
import io.heddle.runtime.trace.NodeSink;
import io.heddle.runtime.trace.RankEmitter;
import java.io.IOException;

/**
 * Takes one action of a rank at a time from a flattener. Parents that are finished are satisfied.
 * It changes no tick: the lanes of a plan are chained, so that no node of an action can be free
 * before the last compute node or the last communication node of the action before is issued.
 */
final class FlattenerSource implements NodeSource, NodeSink {
  private static final int ALL_DIMENSIONS = 0xffff;

  private final Flattener flattener;
  private final RankEmitter emitter;
  private final int actions;
  private final PendingSlots pending = new PendingSlots();
  private int nextAction;
  private NodeTable table = new NodeTable();
  private boolean laneNode;

  FlattenerSource(Flattener flattener, int rank) {
    this.flattener = flattener;
    this.emitter = flattener.open(rank);
    this.actions = flattener.actions(rank);
  }

  @Override
  public boolean load(NodeTable into) {
    table = into;
    boolean any = false;
    laneNode = false;
    // An action of receives alone would never ask for the one after it.
    while (nextAction < actions && !laneNode) {
      flattener.emit(emitter, nextAction++, this);
      any = true;
    }
    return any;
  }

  @Override
  public void compute(NodeHeader node, long operations, long bytes, long matmulOperations) {
    laneNode = true;
    add(node, NodeKind.COMPUTE, operations, bytes);
  }

  @Override
  public void collective(NodeHeader node, Collective collective, Group group, long bytes) {
    laneNode = true;
    int slot = add(node, NodeKind.COLLECTIVE, bytes, NodeTable.pair(group.id(), 0));
    table.option(slot, collective.chakraType() | (ALL_DIMENSIONS << 8));
  }

  @Override
  public void send(NodeHeader node, int peer, int tag, long bytes) {
    laneNode = true;
    add(node, NodeKind.SEND, bytes, NodeTable.pair(peer, tag));
  }

  @Override
  public void receive(NodeHeader node, int peer, int tag, long bytes) {
    add(node, NodeKind.RECEIVE, bytes, NodeTable.pair(peer, tag));
  }

  private int add(NodeHeader node, NodeKind kind, long size, long detail) {
    int slot = table.add(node.id());
    table.describe(slot, kind, false, size, detail, 1);
    boolean afterLast = waitFor(slot, node.dataDependencies());
    afterLast |= waitFor(slot, node.controlDependencies());
    if (!table.waits(slot) && !afterLast && table.lastFinished() >= 0) {
      throw new SimulationFault(
          "rank "
              + emitter.rank()
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

  @Override
  public boolean chained() {
    return true;
  }

  @Override
  public String locate(long nodeId) {
    StringBuilder text = new StringBuilder("node ").append(nodeId);
    try {
      new FlattenerWorkload(flattener)
          .each(
              emitter.rank(),
              (id, name, microBatch, bytes) -> text.append(id == nodeId ? " " + name : ""));
    } catch (IOException e) {
      throw new IllegalStateException("a flattener reads no file", e);
    }
    return text.toString();
  }
}
