package io.heddle.runtime.timeline;

import io.heddle.plan.mesh.Collective;
import io.heddle.plan.mesh.Group;
import io.heddle.runtime.cost.Costs;
import io.heddle.runtime.timeline.LaneEntry.Use;
import io.heddle.runtime.trace.Direction;
import io.heddle.runtime.trace.NodeHeader;
import io.heddle.runtime.trace.NodeSink;
import io.heddle.runtime.trace.TwoLanes;
import java.util.ArrayList;
import java.util.List;

/** Writes down what holds a rank's communication lane. */
final class LaneTableWriter implements TwoLanes.Listener {
  private final TwoLanes lanes;
  private List<LaneEntry> entries = new ArrayList<>();

  LaneTableWriter(int rank, Costs costs) {
    this.lanes = new TwoLanes(rank, costs, TwoLanes.Members.AT_HAND, this);
  }

  /** Takes the nodes of the rank. */
  NodeSink sink() {
    return lanes;
  }

  /** What came since this was asked last. */
  List<LaneEntry> take() {
    List<LaneEntry> taken = List.copyOf(entries);
    entries = new ArrayList<>();
    return taken;
  }

  @Override
  public void computed(NodeHeader node, long begin, long end) {}

  @Override
  public void collective(
      NodeHeader node, Collective collective, Group group, long bytes, long begin, long end) {
    add(
        new LaneEntry(
            use(node, collective),
            node.operation(),
            collective,
            group.axes(),
            1,
            bytes,
            end - begin));
  }

  private static Use use(NodeHeader node, Collective collective) {
    if (node.direction() == Direction.STEP) {
      return Use.STEP;
    }
    if (!node.isAside()) {
      return Use.MODEL;
    }
    return collective.reduces() ? Use.GRADIENTS : Use.WEIGHTS;
  }

  @Override
  public void sent(NodeHeader node, long bytes, long begin, long end) {
    Group group = node.group();
    add(
        new LaneEntry(
            group == null ? Use.STAGE : Use.MESSAGE,
            node.operation(),
            null,
            group == null ? List.of() : group.axes(),
            1,
            bytes,
            end - begin));
  }

  private void add(LaneEntry entry) {
    int last = entries.size() - 1;
    if (last >= 0 && entries.get(last).joins(entry)) {
      entries.set(last, entries.get(last).with(entry));
    } else {
      entries.add(entry);
    }
  }
}
