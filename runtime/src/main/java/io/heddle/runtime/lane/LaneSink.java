package io.heddle.runtime.lane;

import io.heddle.plan.mesh.Group;
import io.heddle.runtime.lane.LaneEntry.Use;
import io.heddle.runtime.trace.Collective;
import io.heddle.runtime.trace.Direction;
import io.heddle.runtime.trace.HoldTime;
import io.heddle.runtime.trace.Kernel;
import io.heddle.runtime.trace.NodeHeader;
import io.heddle.runtime.trace.NodeSink;
import java.util.ArrayList;
import java.util.List;

/** Takes of a rank's nodes those that hold its communication lane. */
final class LaneSink implements NodeSink {
  private final HoldTime time;
  private List<LaneEntry> entries = new ArrayList<>();

  LaneSink(HoldTime time) {
    this.time = time;
  }

  /** What came since this was asked last. */
  List<LaneEntry> take() {
    List<LaneEntry> taken = List.copyOf(entries);
    entries = new ArrayList<>();
    return taken;
  }

  @Override
  public void compute(NodeHeader node, Kernel kernel) {}

  @Override
  public void collective(NodeHeader node, Collective collective, Group group, long bytes) {
    add(
        new LaneEntry(
            use(node, collective),
            node.operation(),
            collective,
            group.axes(),
            1,
            bytes,
            time.ofCollective(collective, group, bytes)));
  }

  private static Use use(NodeHeader node, Collective collective) {
    if (node.direction() == Direction.STEP) {
      return Use.STEP;
    }
    if (!node.isAside()) {
      return Use.MODEL;
    }
    return collective == Collective.ALL_GATHER ? Use.WEIGHTS : Use.GRADIENTS;
  }

  @Override
  public void send(NodeHeader node, int peer, int tag, long bytes) {
    Group group = node.group();
    add(
        new LaneEntry(
            group == null ? Use.STAGE : Use.MESSAGE,
            node.operation(),
            null,
            group == null ? List.of() : group.axes(),
            1,
            bytes,
            time.ofMessage(peer, bytes)));
  }

  /** A receive holds no lane. */
  @Override
  public void receive(NodeHeader node, int peer, int tag, long bytes) {}

  private void add(LaneEntry entry) {
    int last = entries.size() - 1;
    if (last >= 0 && entries.get(last).joins(entry)) {
      entries.set(last, entries.get(last).with(entry));
    } else {
      entries.add(entry);
    }
  }
}
