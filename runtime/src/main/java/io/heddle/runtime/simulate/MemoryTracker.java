package io.heddle.runtime.simulate;

import io.heddle.runtime.simulate.memory.RankMemory;
import io.heddle.runtime.simulate.workload.NodeKind;
import io.heddle.runtime.simulate.workload.SimulationObserver;
import io.heddle.runtime.simulate.workload.Workload;
import java.io.IOException;

/** Keeps account of the tensors of all ranks while they run. */
final class MemoryTracker implements SimulationObserver {
  private final RankMemory[] ranks;

  /** Takes from the workload what each node reads and writes. */
  MemoryTracker(Workload workload) throws IOException {
    ranks = new RankMemory[workload.ranks()];
    for (int rank = 0; rank < ranks.length; rank++) {
      RankMemory memory = new RankMemory(rank);
      workload.eachTensors(rank, memory::declare);
      ranks[rank] = memory;
    }
  }

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
    ranks[rank].completed(node, issued, completed);
  }

  RankMemory of(int rank) {
    return ranks[rank];
  }
}
