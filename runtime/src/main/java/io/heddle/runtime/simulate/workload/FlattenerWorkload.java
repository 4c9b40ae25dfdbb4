package io.heddle.runtime.simulate.workload;

import io.heddle.plan.mesh.Collective;
import io.heddle.plan.mesh.Group;
import io.heddle.runtime.trace.Flattener;
import io.heddle.runtime.trace.Kernel;
import io.heddle.runtime.trace.NodeHeader;
import io.heddle.runtime.trace.NodeSink;
import java.io.IOException;
import java.io.UncheckedIOException;

/** A plan, asked action by action: no trace is ever held or written. */
public record FlattenerWorkload(Flattener flattener) implements Workload {
  @Override
  public int ranks() {
    return flattener.mesh().ranks();
  }

  @Override
  public NodeSource open(int rank) {
    return new ActionSource(flattener, rank);
  }

  @Override
  public void each(int rank, Visitor visitor) throws IOException {
    try {
      flattener.emit(rank, new DetailSink(visitor));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** Hands each node on to a visitor. */
  private record DetailSink(Visitor visitor) implements NodeSink {
    @Override
    public void compute(NodeHeader node, Kernel kernel) {
      visit(node, node.scaled(kernel.bytes()));
    }

    @Override
    public void timed(NodeHeader node, long nanos) {
      visit(node, 0);
    }

    @Override
    public void collective(NodeHeader node, Collective collective, Group group, long bytes) {
      visit(node, node.carried(bytes));
    }

    @Override
    public void send(NodeHeader node, int peer, int tag, long bytes) {
      visit(node, node.carried(bytes));
    }

    @Override
    public void receive(NodeHeader node, int peer, int tag, long bytes) {
      visit(node, node.carried(bytes));
    }

    private void visit(NodeHeader node, long bytes) {
      StringBuilder name = new StringBuilder();
      node.appendName(name);
      try {
        visitor.node(node.id(), name.toString(), node.microBatch(), bytes);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
