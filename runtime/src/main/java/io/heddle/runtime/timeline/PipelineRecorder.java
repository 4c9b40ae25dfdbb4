package io.heddle.runtime.timeline;

import io.heddle.plan.Schedule;
import io.heddle.plan.mesh.PartedRanks;
import io.heddle.plan.schedule.Action;
import io.heddle.runtime.simulate.workload.NodeKind;
import io.heddle.runtime.simulate.workload.SimulationObserver;
import io.heddle.runtime.trace.Emission;
import io.heddle.runtime.trace.Flattener;
import io.heddle.runtime.trace.ForwardingFlattener;
import io.heddle.runtime.trace.RankTrace;
import io.heddle.runtime.trace.TeeSink;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Records when one rank of each stage ran its actions, and when it communicated. The simulator is
 * given {@link #flattener}, which tells where actions begin, and hears it as an observer; it may
 * run one rank of each colour alone, for these are among them. Of very many stages some are
 * recorded, evenly chosen, the first and the last among them. Memory is that of the actions of
 * these ranks; nothing is allocated for a node.
 */
public final class PipelineRecorder implements SimulationObserver {
  /** What is sent from stage to stage, in place of the axes of a group. */
  public static final String SEND = "send";

  private static final int MOST_STAGES = 64;
  private static final int MOST_BUSY_TIMES = 16_384;
  private static final int FEWEST_BUSY_TIMES = 128;
  private static final int MOST_BUSY_TIMES_OF_STAGE = 1024;

  private final Flattener flattener;
  private final int[] nameOfGroup;
  private final @Nullable RankRecord[] byRank;
  private final List<RankRecord> records = new ArrayList<>();

  /** Of a step of the flattener's plan. */
  public PipelineRecorder(Flattener flattener) {
    this.flattener = new Watched(flattener);
    List<String> names = new ArrayList<>(List.of(SEND));
    nameOfGroup = new int[flattener.groups().largestId() + 1];
    for (PartedRanks parted : flattener.groups().parted()) {
      String name = String.join(".", parted.axes());
      if (!names.contains(name)) {
        names.add(name);
      }
      for (int group = 0; group < parted.groups(); group++) {
        nameOfGroup[parted.id(group)] = names.indexOf(name);
      }
    }
    int[] ranks = slowestRanks(flattener);
    byRank = new RankRecord[flattener.mesh().ranks()];
    int[] stages = chosen(flattener.stages());
    int most = MOST_BUSY_TIMES / stages.length / names.size();
    for (int stage : stages) {
      RankRecord made =
          new RankRecord(
              stage,
              ranks[stage],
              actions(flattener, stage),
              names,
              Math.max(FEWEST_BUSY_TIMES, Math.min(MOST_BUSY_TIMES_OF_STAGE, most)));
      records.add(made);
      byRank[made.rank()] = made;
    }
  }

  private static int[] slowestRanks(Flattener flattener) {
    int[] ranks = new int[flattener.stages()];
    long[] factors = new long[ranks.length];
    Arrays.fill(factors, -1);
    for (int rank = 0; rank < flattener.mesh().ranks(); rank++) {
      int stage = flattener.stage(rank);
      long factor = flattener.stragglers().factor(rank, stage);
      if (factor > factors[stage]) {
        factors[stage] = factor;
        ranks[stage] = rank;
      }
    }
    return ranks;
  }

  private static int[] chosen(int stages) {
    int count = Math.min(stages, MOST_STAGES);
    int[] chosen = new int[count];
    for (int i = 1; i < count; i++) {
      chosen[i] = (int) ((long) i * (stages - 1) / (count - 1));
    }
    return chosen;
  }

  private static List<Action> actions(Flattener flattener, int stage) {
    Schedule schedule = flattener.plan().schedule();
    return schedule
        .rules()
        .actions(stage, schedule.pipeline(flattener.stages(), flattener.microBatches()));
  }

  /** What the simulator flattens. */
  public Flattener flattener() {
    return flattener;
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
    RankRecord record = byRank[rank];
    if (record != null) {
      record.completed(node, kind, nameOfGroup[group], issued, completed, exposed);
    }
  }

  @Override
  public void restart() {
    records.forEach(RankRecord::clear);
  }

  /** What was recorded, stage by stage, when the step has come to its end. */
  public List<StageTimeline> timelines() {
    return records.stream().map(RankRecord::timeline).toList();
  }

  /** Tells a record where the actions of its rank begin. */
  private final class Watched extends ForwardingFlattener {
    Watched(Flattener flattener) {
      super(flattener);
    }

    @Override
    public RankTrace open(int rank, Emission emission) {
      RankTrace trace = super.open(rank, emission);
      RankRecord record = byRank[rank];
      return record == null
          ? trace
          : trace.by((action, sink) -> record.begin(action) ? new TeeSink(record, sink) : sink);
    }
  }
}
