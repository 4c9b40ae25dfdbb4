package io.heddle.runtime.timeline;

import io.heddle.plan.mesh.Collective;
import io.heddle.plan.mesh.Group;
import io.heddle.plan.schedule.Action;
import io.heddle.runtime.simulate.workload.NodeKind;
import io.heddle.runtime.trace.Direction;
import io.heddle.runtime.trace.Kernel;
import io.heddle.runtime.trace.NodeHeader;
import io.heddle.runtime.trace.NodeSink;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Keeps the times of the actions of one rank; takes its nodes as they are emitted. */
final class RankRecord implements NodeSink {
  private static final long NOT_YET = -1;

  private final int stage;
  private final int rank;
  private final List<Action> passes;
  private final List<String> names;
  private final BusyTimes[] lanes;
  private final BitSet again = new BitSet();
  private final long[] firstNodes;
  private final long[] starts;
  private final long[] ends;
  private final long[] compute;
  private final long[] recompute;
  private final long[] exposed;
  private int begun;
  private boolean nodeIsFirst;

  /**
   * @param passes of the rank, before the end of the step
   * @param names of the axes by which it communicates
   * @param most times kept of each of these
   */
  RankRecord(int stage, int rank, List<Action> passes, List<String> names, int most) {
    this.stage = stage;
    this.rank = rank;
    this.passes = passes;
    this.names = names;
    lanes = new BusyTimes[names.size()];
    for (int i = 0; i < lanes.length; i++) {
      lanes[i] = new BusyTimes(most);
    }
    int actions = passes.size() + 1;
    firstNodes = new long[actions];
    starts = new long[actions];
    ends = new long[actions];
    compute = new long[actions];
    recompute = new long[actions];
    exposed = new long[actions];
  }

  int rank() {
    return rank;
  }

  /**
   * Says that nodes to come are of this action, and returns whether it wants them: it does not if
   * it has had them, for somebody looks something up.
   */
  boolean begin(int action) {
    if (action < begun) {
      return false;
    }
    begun = action + 1;
    nodeIsFirst = true;
    starts[action] = NOT_YET;
    firstNodes[action] = Long.MAX_VALUE;
    return true;
  }

  /** Forgets all. */
  void clear() {
    begun = 0;
    again.clear();
    for (BusyTimes lane : lanes) {
      lane.clear();
    }
    for (int i = 0; i < starts.length; i++) {
      ends[i] = 0;
      compute[i] = 0;
      recompute[i] = 0;
      exposed[i] = 0;
    }
  }

  private void emitted(NodeHeader node) {
    if (nodeIsFirst) {
      firstNodes[begun - 1] = node.id();
      nodeIsFirst = false;
    }
  }

  /** A node is done; arguments as in {@link PipelineRecorder#completed}. */
  void completed(
      long node, NodeKind kind, int name, long issued, long completed, long exposedNanos) {
    int action = begun - 1;
    while (firstNodes[action] > node) {
      action--;
    }
    switch (kind) {
      case COMPUTE -> {
        if (compute[action] == 0) {
          starts[action] = issued;
        }
        ends[action] = completed;
        compute[action] += completed - issued;
        if (again.get((int) node)) {
          recompute[action] += completed - issued;
        }
      }
      case SEND, COLLECTIVE -> {
        lanes[name].add(issued, completed);
        exposed[action] += exposedNanos;
        if (compute[action] == 0) {
          starts[action] = starts[action] == NOT_YET ? issued : starts[action];
          ends[action] = completed;
        }
      }
      default -> {
        // A receive holds no lane.
      }
    }
  }

  /** What was recorded, when the step has come to its end. */
  StageTimeline timeline() {
    List<ActionTimes> actions = new ArrayList<>();
    for (int i = 0; i < begun; i++) {
      if (starts[i] != NOT_YET) {
        actions.add(
            new ActionTimes(
                i < passes.size() ? Optional.of(passes.get(i)) : Optional.empty(),
                starts[i],
                ends[i],
                compute[i],
                recompute[i],
                exposed[i]));
      }
    }
    Map<String, List<BusyTime>> communication = new LinkedHashMap<>();
    for (int i = 0; i < lanes.length; i++) {
      List<BusyTime> times = lanes[i].all();
      if (!times.isEmpty()) {
        communication.put(names.get(i), times);
      }
    }
    return new StageTimeline(stage, rank, actions, communication);
  }

  @Override
  public void compute(NodeHeader node, Kernel kernel) {
    emitted(node);
    if (node.direction() == Direction.RECOMPUTE) {
      again.set((int) node.id());
    }
  }

  @Override
  public void collective(NodeHeader node, Collective collective, Group group, long bytes) {
    emitted(node);
  }

  @Override
  public void send(NodeHeader node, int peer, int tag, long bytes) {
    emitted(node);
  }

  @Override
  public void receive(NodeHeader node, int peer, int tag, long bytes) {
    emitted(node);
  }
}
