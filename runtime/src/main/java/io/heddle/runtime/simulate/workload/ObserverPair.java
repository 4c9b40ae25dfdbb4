package io.heddle.runtime.simulate.workload;

import io.heddle.runtime.simulate.memory.RankMemory;

/** Two observers, of which the second hears of everything after the first. */
record ObserverPair(SimulationObserver first, SimulationObserver second)
    implements SimulationObserver {
  @Override
  public void completed(
      int rank,
      long node,
      NodeKind kind,
      int collective,
      int group,
      long issued,
      long completed,
      long exposed) {
    first.completed(rank, node, kind, collective, group, issued, completed, exposed);
    second.completed(rank, node, kind, collective, group, issued, completed, exposed);
  }

  @Override
  public void issued(int rank, long node, NodeKind kind, int group) {
    first.issued(rank, node, kind, group);
    second.issued(rank, node, kind, group);
  }

  @Override
  public void held(RankMemory memory) {
    first.held(memory);
    second.held(memory);
  }

  @Override
  public void restart() {
    first.restart();
    second.restart();
  }
}
