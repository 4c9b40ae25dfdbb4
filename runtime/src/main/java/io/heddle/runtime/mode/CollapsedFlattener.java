package io.heddle.runtime.mode;

import io.heddle.runtime.cost.KernelCost;
import io.heddle.runtime.report.StepProgress;
import io.heddle.runtime.trace.ForwardingFlattener;
import io.heddle.runtime.trace.ForwardingSink;
import io.heddle.runtime.trace.Kernel;
import io.heddle.runtime.trace.NodeHeader;
import io.heddle.runtime.trace.NodeSink;
import io.heddle.runtime.trace.Pass;
import io.heddle.runtime.trace.PipelineFlattener;
import io.heddle.runtime.trace.RankEmitter;

/**
 * A plan each of whose passes is one kernel that lasts as long as the pass. All kernels say how
 * long they last. Everything else is the plan's: schedule, messages between stages, gathers and
 * reductions, the end of the step.
 */
final class CollapsedFlattener extends ForwardingFlattener {
  private final PipelineFlattener flattener;
  private final PassKinds kinds;
  private final PassTimes times;
  private final KernelCost kernels;
  private final StepProgress progress;
  private final long actions;
  private long begun;

  CollapsedFlattener(
      PipelineFlattener flattener,
      PassKinds kinds,
      PassTimes times,
      KernelCost kernels,
      StepProgress progress) {
    super(flattener);
    this.flattener = flattener;
    this.kinds = kinds;
    this.times = times;
    this.kernels = kernels;
    this.progress = progress;
    long sum = 0;
    for (int rank = 0; rank < flattener.mesh().ranks(); rank++) {
      sum += flattener.actions(rank);
    }
    this.actions = sum;
  }

  @Override
  public RankEmitter open(int rank) {
    return flattener.open(rank, this::standIn);
  }

  private long standIn(RankEmitter rank, Pass pass, int layer, long input) {
    PassKind kind = kinds.of(pass, layer);
    // One that takes no time still has its place on the lanes.
    return kind.nodes().isEmpty()
        ? input
        : rank.needs(input).standIn(pass, times.of(rank.rank(), kind).nanos());
  }

  @Override
  public void emit(RankEmitter rank, int action, NodeSink sink) {
    progress.begun(++begun, actions);
    flattener.emit(rank, action, new Timing(sink, kernels));
  }

  @Override
  public void emit(int rank, NodeSink sink) {
    RankEmitter emitter = open(rank);
    for (int action = 0; action < flattener.actions(rank); action++) {
      flattener.emit(emitter, action, new Timing(sink, kernels));
    }
  }

  /** Says of each kernel how long it lasts. */
  private static final class Timing extends ForwardingSink {
    private final NodeSink sink;
    private final KernelCost kernels;

    Timing(NodeSink sink, KernelCost kernels) {
      super(sink);
      this.sink = sink;
      this.kernels = kernels;
    }

    @Override
    public void compute(NodeHeader node, Kernel kernel) {
      sink.timed(
          node, kernels.nanos(node.scaled(kernel.operations()), node.scaled(kernel.bytes())));
    }

    @Override
    public void timed(NodeHeader node, long nanos) {
      sink.timed(node, nanos);
    }
  }
}
