package io.heddle.cli.language;

import io.heddle.plan.Schedule;
import io.heddle.plan.mesh.Collective;
import io.heddle.plan.mesh.Group;
import io.heddle.plan.schedule.Action;
import io.heddle.runtime.cost.Costs;
import io.heddle.runtime.cost.Machine;
import io.heddle.runtime.trace.Direction;
import io.heddle.runtime.trace.Flattener;
import io.heddle.runtime.trace.NodeHeader;
import io.heddle.runtime.trace.RankTrace;
import io.heddle.runtime.trace.TwoLanes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/**
 * How long the nodes of a program last on their machine, each alone and with nobody to wait for, in
 * the first layer that has them.
 */
final class NodeTimes implements TwoLanes.Listener {
  /** Stages that are looked at: the ends, and those behind the first. */
  private static final int MOST_STAGES = 8;

  private final Map<Key, Sum> sums = new HashMap<>();

  private record Key(boolean isForward, String operation) {}

  /** Of the pieces of a node in one layer. */
  private static final class Sum {
    private final int layer;
    private final int microBatch;
    private final int stage;
    private long nanos;

    Sum(NodeHeader node) {
      this.layer = node.layer();
      this.microBatch = node.microBatch();
      this.stage = node.stage();
    }

    boolean isOf(NodeHeader node) {
      return layer == node.layer() && microBatch == node.microBatch() && stage == node.stage();
    }
  }

  private NodeTimes() {}

  /** The times of a plan. */
  static NodeTimes of(Flattener flattener) {
    NodeTimes times = new NodeTimes();
    Machine machine = Machine.of(flattener.plan().cluster());
    List<Integer> wanted = stages(flattener.stages());
    Set<Integer> seen = new HashSet<>();
    int ranks = Math.toIntExact(flattener.plan().mesh().ranks());
    for (int rank = 0; rank < ranks && seen.size() < wanted.size(); rank++) {
      int stage = flattener.stage(rank);
      if (wanted.contains(stage) && seen.add(stage)) {
        times.walk(
            flattener,
            rank,
            new TwoLanes(rank, Costs.of(machine), TwoLanes.Members.AT_HAND, times));
      }
    }
    return times;
  }

  private static List<Integer> stages(int count) {
    List<Integer> stages = new ArrayList<>(List.of(0));
    for (int stage = 1; stage < Math.min(count, MOST_STAGES); stage++) {
      stages.add(stage);
    }
    if (!stages.contains(count - 1)) {
      stages.add(count - 1);
    }
    return stages;
  }

  /** Goes on until each kind of pass has been through each chunk. */
  private void walk(Flattener flattener, int rank, TwoLanes lanes) {
    RankTrace trace = flattener.open(rank);
    Schedule schedule = flattener.plan().schedule();
    List<Action> actions =
        schedule
            .rules()
            .actions(
                flattener.stage(rank),
                schedule.pipeline(flattener.stages(), flattener.microBatches()));
    Set<List<Object>> missing = new HashSet<>();
    actions.forEach(action -> missing.add(List.of(action.kind(), action.chunk())));
    for (int i = 0; i < actions.size() && !missing.isEmpty(); i++) {
      trace.emit(i, lanes);
      missing.remove(List.<Object>of(actions.get(i).kind(), actions.get(i).chunk()));
    }
  }

  /** Nanoseconds of a node of a block; empty where no stage that was looked at has it. */
  OptionalLong nanos(boolean isForward, String operation) {
    Sum sum = sums.get(new Key(isForward, operation));
    return sum == null ? OptionalLong.empty() : OptionalLong.of(sum.nanos);
  }

  private void add(NodeHeader node, long nanos) {
    Key key = new Key(node.direction() == Direction.FORWARD, node.operation());
    Sum sum = sums.computeIfAbsent(key, unused -> new Sum(node));
    if (sum.isOf(node)) {
      sum.nanos += nanos;
    }
  }

  @Override
  public void computed(NodeHeader node, long begin, long end) {
    add(node, end - begin);
  }

  @Override
  public void collective(
      NodeHeader node, Collective collective, Group group, long bytes, long begin, long end) {
    add(node, end - begin);
  }

  @Override
  public void sent(NodeHeader node, long bytes, long begin, long end) {
    add(node, end - begin);
  }
}
