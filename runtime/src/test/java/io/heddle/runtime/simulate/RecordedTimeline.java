package io.heddle.runtime.simulate;

import io.heddle.runtime.simulate.workload.NodeKind;
import io.heddle.runtime.simulate.workload.SimulationObserver;
import java.util.Map;
import java.util.TreeMap;

/** Remembers when each node was issued and done, as {@code issued..completed} in ns. */
final class RecordedTimeline implements SimulationObserver {
  final Map<Integer, Map<String, String>> ranks = new TreeMap<>();
  int restarts;

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
    ranks
        .computeIfAbsent(rank, unused -> new TreeMap<>())
        .put(
            Long.toUnsignedString(node),
            Long.toUnsignedString(issued) + ".." + Long.toUnsignedString(completed));
  }

  @Override
  public void restart() {
    ranks.clear();
    restarts++;
  }
}
