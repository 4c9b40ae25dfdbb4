package io.heddle.runtime.simulate.workload;

import io.heddle.runtime.trace.Flattener;

/** A plan, asked action by action: no trace is ever held or written. */
public record FlattenerWorkload(Flattener flattener) implements Workload {
  @Override
  public int ranks() {
    return flattener.mesh().ranks();
  }

  @Override
  public NodeSource open(int rank) {
    return new FlattenerSource(flattener, rank);
  }
}
