package io.heddle.runtime.simulate;

import io.heddle.runtime.simulate.workload.NodeSource;
import io.heddle.runtime.simulate.workload.NodeTable;
import io.heddle.runtime.simulate.workload.Workload;
import java.io.IOException;

/** The same workload with each rank's nodes all loaded at once, as a trace file is. */
record WholeWorkload(Workload workload, boolean chained) implements Workload {
  @Override
  public int ranks() {
    return workload.ranks();
  }

  @Override
  public void each(int rank, Visitor visitor) throws IOException {
    workload.each(rank, visitor);
  }

  @Override
  public NodeSource open(int rank) throws IOException {
    NodeSource source = workload.open(rank);
    return new NodeSource() {
      @Override
      public boolean load(NodeTable table) throws IOException {
        boolean any = false;
        while (source.load(table)) {
          any = true;
        }
        return any;
      }

      @Override
      public boolean chained() {
        return chained;
      }

      @Override
      public String locate(long nodeId) {
        return source.locate(nodeId);
      }
    };
  }
}
