package io.heddle.runtime.simulate.workload;

import io.heddle.plan.mesh.Collective;

/**
 * Every rank does the same again and again, without a file: all ranks an all-gather together, or
 * even ranks send to odd ones.
 *
 * @param count nodes of each rank
 * @param collective whether it is the all-gather
 * @param chained whether the source says that its lanes are chained, as they are
 */
public record RepeatedNodes(int ranks, int count, boolean collective, long bytes, boolean chained)
    implements Workload {

  @Override
  public void each(int rank, Visitor visitor) {
    throw new UnsupportedOperationException("nobody asks for names");
  }

  @Override
  public NodeSource open(int rank) {
    return new NodeSource() {
      private boolean loaded;

      @Override
      public boolean load(NodeTable table) {
        if (loaded) {
          return false;
        }
        loaded = true;
        int before = NodeTable.NONE;
        for (int id = 0; id < count; id++) {
          int slot = table.add(id);
          describe(table, slot, rank, id);
          if (before != NodeTable.NONE) {
            table.waitFor(slot, before);
          }
          table.complete(slot);
          before = slot;
        }
        return true;
      }

      @Override
      public boolean chained() {
        return chained;
      }

      @Override
      public String locate(long nodeId) {
        return "node " + nodeId;
      }
    };
  }

  private void describe(NodeTable table, int slot, int rank, int id) {
    if (collective) {
      table.describe(slot, NodeKind.COLLECTIVE, false, bytes, NodeTable.pair(0, 0), 1);
      table.option(slot, Collective.ALL_GATHER.chakraType() | (0xffff << 8));
    } else if (rank % 2 == 0) {
      table.describe(slot, NodeKind.SEND, false, bytes, NodeTable.pair(rank + 1, id), 1);
    } else {
      table.describe(slot, NodeKind.RECEIVE, false, bytes, NodeTable.pair(rank - 1, id), 1);
    }
  }
}
