package io.heddle.runtime.timeline;

import io.heddle.plan.Schedule;
import io.heddle.plan.schedule.Action;
import io.heddle.runtime.cost.Costs;
import io.heddle.runtime.cost.Machine;
import io.heddle.runtime.trace.Flattener;
import io.heddle.runtime.trace.RankTrace;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The order in which the communication of one rank holds its lane, as its trace has it.
 *
 * @param rank whose trace it is
 * @param parts passes that are alike in it, in the order of the first of each; the end of the step
 *     is the last
 */
public record LaneTable(int rank, List<Part> parts) {
  /**
   * Passes of one kind through one chunk of layers, in each of which the same holds the lane in the
   * same order.
   *
   * @param actions the passes; none for the end of the step
   */
  public record Part(List<Action> actions, List<LaneEntry> entries) {
    public Part {
      actions = List.copyOf(actions);
      entries = List.copyOf(entries);
    }

    /** Whether it is the end of the step. */
    public boolean isStep() {
      return actions.isEmpty();
    }
  }

  public LaneTable {
    parts = List.copyOf(parts);
  }

  /** The order of the first rank of each stage. */
  public static List<LaneTable> ofStages(Flattener flattener) {
    List<LaneTable> orders = new ArrayList<>();
    for (int rank = 0; orders.size() < flattener.stages(); rank++) {
      // Ranks of a stage may lie anywhere among the others, but its first is behind the others'.
      if (flattener.stage(rank) == orders.size()) {
        orders.add(of(flattener, rank));
      }
    }
    return orders;
  }

  /** The order of one rank. */
  public static LaneTable of(Flattener flattener, int rank) {
    LaneTableWriter table =
        new LaneTableWriter(rank, Costs.of(Machine.of(flattener.plan().cluster())));
    RankTrace trace = flattener.open(rank);
    List<Action> actions = actions(flattener, flattener.stage(rank));
    Map<Like, List<Action>> alike = new LinkedHashMap<>();
    for (int i = 0; i < actions.size(); i++) {
      Action action = actions.get(i);
      trace.emit(i, table.sink());
      if (i > 0 && actions.get(i - 1).besideNext()) {
        // It stands in the part of the action before.
        continue;
      }
      alike
          .computeIfAbsent(
              new Like(action.kind(), action.chunk(), action.besideNext(), table.take()),
              unused -> new ArrayList<>())
          .add(action);
    }
    trace.emit(actions.size(), table.sink());
    List<Part> parts = new ArrayList<>();
    alike.forEach((like, some) -> parts.add(new Part(some, like.entries())));
    parts.add(new Part(List.of(), table.take()));
    return new LaneTable(rank, parts);
  }

  private record Like(Action.Kind kind, int chunk, boolean besideNext, List<LaneEntry> entries) {}

  private static List<Action> actions(Flattener flattener, int stage) {
    Schedule schedule = flattener.plan().schedule();
    return schedule
        .rules()
        .actions(stage, schedule.pipeline(flattener.stages(), flattener.microBatches()));
  }
}
