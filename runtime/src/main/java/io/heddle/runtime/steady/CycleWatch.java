package io.heddle.runtime.steady;

import io.heddle.plan.schedule.Action;
import io.heddle.runtime.fold.Fold;
import io.heddle.runtime.pipeline.FewerMicroBatches;
import io.heddle.runtime.simulate.workload.NodeKind;
import io.heddle.runtime.simulate.workload.SimulationObserver;
import io.heddle.runtime.trace.Emission;
import io.heddle.runtime.trace.Flattener;
import io.heddle.runtime.trace.ForwardingFlattener;
import io.heddle.runtime.trace.NodeSink;
import io.heddle.runtime.trace.RankTrace;
import io.heddle.runtime.trace.TeeSink;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Looks on while one rank of each colour runs a step of few micro-batches. */
final class CycleWatch implements SimulationObserver {
  private final FewerMicroBatches flattener;
  private final Repetition[] stages;
  private final int[] ranks;
  private final @Nullable ActionRecord[] records;

  /**
   * @param stages where the actions of each repeat
   */
  CycleWatch(FewerMicroBatches flattener, Repetition[] stages, Fold fold) {
    this.flattener = flattener;
    this.stages = stages;
    this.ranks = new int[fold.colours()];
    this.records = new @Nullable ActionRecord[flattener.mesh().ranks()];
    Arrays.setAll(ranks, fold::representativeOf);
    for (int rank : ranks) {
      records[rank] = new ActionRecord(flattener.actions(rank));
    }
  }

  /** As the step's simulation takes it. */
  StepWatch look() {
    return new StepWatch(this::over, this);
  }

  /** The step, which tells what it emits. */
  private Flattener over(Flattener emitting) {
    return new ForwardingFlattener(emitting) {
      @Override
      public RankTrace open(int rank, Emission emission) {
        return super.open(rank, emission)
            .by((action, sink) -> new TeeSink(sink, content(rank, action)));
      }
    };
  }

  /** The ranks that ran, one of each colour. */
  int[] ranks() {
    return ranks;
  }

  /** What a rank that ran did. */
  ActionRecord record(int rank) {
    return Objects.requireNonNull(records[rank]);
  }

  private NodeSink content(int rank, int action) {
    int stage = flattener.stage(rank);
    List<Action> actions = flattener.actionsOfStage(stage);
    ActionRecord record = record(rank);
    record.begin();
    // The end of the step repeats nothing.
    Action now = actions.get(Math.min(action, actions.size() - 1));
    return new ContentSink(record, now, record.firstNode(stages[stage].from()));
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
    record(rank).done(node, issued, completed);
  }
}
