package io.heddle.runtime.mode;

import io.heddle.runtime.mesh.Group;
import io.heddle.runtime.mesh.Groups;
import io.heddle.runtime.simulate.workload.NodeKind;
import io.heddle.runtime.simulate.workload.SimulationObserver;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Adds up what each rank communicates. */
final class CommunicationByRank implements SimulationObserver {
  private final Map<Integer, Group> groups;
  private final @Nullable CommunicationSums[] sums;

  CommunicationByRank(Groups groups, int ranks) {
    this.groups = groups.byId();
    this.sums = new @Nullable CommunicationSums[ranks];
  }

  CommunicationSums of(int rank) {
    CommunicationSums own = sums[rank];
    if (own == null) {
      own = new CommunicationSums();
      sums[rank] = own;
    }
    return own;
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
    if (kind == NodeKind.SEND || kind == NodeKind.COLLECTIVE) {
      of(rank).add(groups.get(group), null, completed - issued, exposed);
    }
  }

  @Override
  public void restart() {
    java.util.Arrays.fill(sums, null);
  }
}
