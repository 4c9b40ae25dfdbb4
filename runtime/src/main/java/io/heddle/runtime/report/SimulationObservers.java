package io.heddle.runtime.report;

import io.heddle.runtime.simulate.workload.NodeKind;
import io.heddle.runtime.simulate.workload.SimulationObserver;

record SimulationObservers(SimulationObserver first, SimulationObserver second)
    implements SimulationObserver {
  @Override
  public void completed(
      int rank, long node, NodeKind kind, int collective, int group, long issued, long completed, long exposed) {
    first.completed(rank, node, kind, collective, group, issued, completed, exposed);
    second.completed(rank, node, kind, collective, group, issued, completed, exposed);
  }
  @Override
  public void restart() {
    first.restart();
    second.restart();
  }
}
