package io.heddle.runtime.mode;

import io.heddle.runtime.cost.Costs;
import io.heddle.runtime.pipeline.PipelineFlattener;
import org.jspecify.annotations.Nullable;

/** Passes by closed formulas: the longest path through the nodes of one rank. */
final class ComputedPasses implements PassTimes {
  private final PipelineFlattener flattener;
  private final Stages stages;
  private final Costs costs;
  private final @Nullable PassTime[] times;

  ComputedPasses(PipelineFlattener flattener, Stages stages, PassKinds kinds, Costs costs) {
    this.flattener = flattener;
    this.stages = stages;
    this.costs = costs;
    this.times = new @Nullable PassTime[kinds.all().size()];
  }

  @Override
  public PassTime of(int rank, PassKind kind) {
    PassTime time = times[kind.index()];
    if (time == null) {
      time = compute(kind);
      times[kind.index()] = time;
    }
    return time;
  }

  private PassTime compute(PassKind kind) {
    LanePath path = new LanePath(kind.rank(), costs);
    flattener
        .pipeline()
        .passesAlone(kind.rank(), stages.groups(flattener.stage(kind.rank())))
        .emit(kind.pass(), kind.layer(), path.sink());
    CommunicationSums communication = new CommunicationSums();
    path.addBusy(communication, 0, path.communications());
    path.addExposed(communication, 0, path.end());
    return new PassTime(path.end(), path.computing(), communication);
  }
}
