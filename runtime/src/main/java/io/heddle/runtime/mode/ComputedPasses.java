package io.heddle.runtime.mode;

import io.heddle.runtime.trace.PipelineFlattener;
import org.jspecify.annotations.Nullable;

/** Passes by closed formulas: the longest path through the nodes of one rank. */
final class ComputedPasses implements PassTimes {
  private final PipelineFlattener flattener;
  private final LanePath.Costs costs;
  private final @Nullable PassTime[] times;

  ComputedPasses(PipelineFlattener flattener, PassKinds kinds, LanePath.Costs costs) {
    this.flattener = flattener;
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
    flattener.emitPass(
        flattener.openAlone(kind.rank()), 0, kind.pass(), kind.layer(), path);
    CommunicationSums communication = new CommunicationSums();
    path.addTo(communication, 0, path.communications());
    return new PassTime(path.end(), path.computing(), communication);
  }
}
