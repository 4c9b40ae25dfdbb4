package io.heddle.runtime.report;

import io.heddle.runtime.mesh.Group;
import io.heddle.runtime.mesh.Groups;
import io.heddle.runtime.simulate.workload.NodeKind;
import io.heddle.runtime.simulate.workload.SimulationObserver;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Adds up exposed communication by the axes of the groups that communicate. */
public final class ExposedByAxes implements SimulationObserver {
  /** The entry of messages from stage to stage, and of those of which no group is known. */
  public static final String SEND = "send";

  private final List<String> names = new ArrayList<>();
  private final int[] entryOfGroup;
  private final double[] nanos;
  private final boolean[] occurs;
  private final int ranks;

  /**
   * @param groups of the plan
   * @param ranks of the plan
   */
  public ExposedByAxes(Groups groups, int ranks) {
    this.ranks = ranks;
    names.add(SEND);
    int largest = groups.all().stream().mapToInt(Group::id).max().orElse(0);
    entryOfGroup = new int[largest + 1];
    for (Group group : groups.all()) {
      String name = String.join(".", group.axes());
      if (!names.contains(name)) {
        names.add(name);
      }
      entryOfGroup[group.id()] = names.indexOf(name);
    }
    nanos = new double[names.size()];
    occurs = new boolean[names.size()];
  }

  @Override
  public void completed(
      int rank, long node, NodeKind kind, int group, long issued, long completed, long exposed) {
    if (kind == NodeKind.SEND || kind == NodeKind.COLLECTIVE) {
      int entry = entryOfGroup[group];
      nanos[entry] += exposed;
      occurs[entry] = true;
    }
  }

  /** Means over all ranks, ns, of the axes that communicated. */
  public Map<String, Double> meanNanos() {
    Map<String, Double> means = new LinkedHashMap<>();
    for (int i = 0; i < nanos.length; i++) {
      if (occurs[i]) {
        means.put(names.get(i), nanos[i] / ranks);
      }
    }
    return means;
  }
}
