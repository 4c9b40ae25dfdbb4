package io.heddle.runtime.mode;

import io.heddle.plan.LayerSplit;
import io.heddle.plan.schedule.Action;
import io.heddle.runtime.cost.KernelCost;
import io.heddle.runtime.emit.PipelinePass;
import io.heddle.runtime.emit.RankEmitter;
import io.heddle.runtime.pipeline.Course;
import io.heddle.runtime.pipeline.PipelineFlattener;
import io.heddle.runtime.report.StepProgress;
import io.heddle.runtime.trace.Emission;
import io.heddle.runtime.trace.Flattener;
import io.heddle.runtime.trace.ForwardingFlattener;
import io.heddle.runtime.trace.ForwardingSink;
import io.heddle.runtime.trace.Kernel;
import io.heddle.runtime.trace.NodeHeader;
import io.heddle.runtime.trace.NodeSink;
import io.heddle.runtime.trace.RankTrace;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * A plan each of whose passes is one kernel that lasts as long as the pass. All kernels say how
 * long they last. Everything else is the plan's: schedule, messages between stages, gathers and
 * reductions, the end of the step.
 */
final class CollapsedFlattener extends ForwardingFlattener {
  private final PipelineFlattener flattener;
  private final IntFunction<Course> courses;
  private final PassKinds kinds;
  private final PassTimes times;
  private final List<StageWalk> walks;
  private final KernelCost kernels;
  private final StepProgress progress;
  private final long actions;
  private long begun;

  /** How long passes of each rank's action have yet to wait for others' communication, ns. */
  private final long[] waits;

  /** How many passes share that. */
  private final int[] waiting;

  /**
   * @param step the flattener, or one of the same plan with fewer micro-batches
   * @param courses of each stage in that step
   * @param walks of each stage in that step
   * @param ranks that are simulated
   */
  CollapsedFlattener(
      PipelineFlattener flattener,
      Flattener step,
      IntFunction<Course> courses,
      PassKinds kinds,
      PassTimes times,
      List<StageWalk> walks,
      KernelCost kernels,
      IntStream ranks,
      StepProgress progress) {
    super(step);
    this.flattener = flattener;
    this.courses = courses;
    this.kinds = kinds;
    this.times = times;
    this.walks = walks;
    this.kernels = kernels;
    this.progress = progress;
    this.actions = ranks.mapToLong(step::actions).sum();
    this.waits = new long[flattener.mesh().ranks()];
    this.waiting = new int[waits.length];
  }

  @Override
  public RankTrace open(int rank, Emission emission) {
    RankTrace trace = opened(rank, emission);
    return trace.by(
        (action, sink) -> {
          progress.begun(++begun, actions);
          return sink;
        });
  }

  /** What is looked up of a whole rank is no progress. */
  private RankTrace opened(int rank, Emission emission) {
    return flattener
        .pipeline()
        .open(rank, courses.apply(flattener.stage(rank)), this::standIn, emission)
        .by(
            (action, sink) -> {
              wait(rank, action);
              return new Timing(sink, kernels);
            });
  }

  private long standIn(RankEmitter rank, PipelinePass pass, int layer, long input) {
    PassKind kind = kinds.of(pass, layer);
    // One that takes no time still has its place on the lanes.
    if (kind.nodes().isEmpty()) {
      return input;
    }
    long nanos = times.of(rank.rank(), kind).nanos();
    return rank.needs(input).standIn(pass, Math.addExact(nanos, waitOf(rank.rank())));
  }

  /** The share of the next pass in its action's waiting. */
  private long waitOf(int rank) {
    if (waiting[rank] == 0) {
      return 0;
    }
    long share = waits[rank] / waiting[rank]--;
    waits[rank] -= share;
    return share;
  }

  @Override
  public void emit(int rank, NodeSink sink) {
    RankTrace trace = opened(rank, emission());
    for (int action = 0; action < actions(rank); action++) {
      trace.emit(action, sink);
    }
  }

  /** The passes of an action wait as long as its collectives do for others' communication. */
  private void wait(int rank, int action) {
    int stage = flattener.stage(rank);
    List<Action> own = courses.apply(stage).actions();
    if (action < own.size() && (action == 0 || !own.get(action - 1).besideNext())) {
      waits[rank] = 0;
      waiting[rank] = 0;
      wait(rank, stage, own.get(action));
      // Those side by side are emitted with the first of them.
      for (int i = action; own.get(i).besideNext(); i++) {
        wait(rank, stage, own.get(i + 1));
      }
    }
  }

  /**
   * A forward pass waits for what was reduced before it, which its first layer meets; a backward
   * pass for the gradients of each of its layers that has any.
   */
  private void wait(int rank, int stage, Action action) {
    long nanos = walks.get(stage).waits(action);
    if (nanos > 0) {
      waits[rank] += nanos;
      waiting[rank] += Math.max(1, passesThatWait(stage, action));
    }
  }

  private int passesThatWait(int stage, Action action) {
    PipelinePass pass =
        switch (action.kind()) {
          case FORWARD -> PipelinePass.LAYER_FORWARD;
          case BACKWARD -> PipelinePass.LAYER_BACKWARD;
          case BACKWARD_INPUT -> PipelinePass.LAYER_INPUT;
          case BACKWARD_WEIGHT -> PipelinePass.LAYER_WEIGHT;
        };
    if (pass == PipelinePass.LAYER_FORWARD) {
      return 1;
    }
    LayerSplit layers = flattener.pipeline().layers();
    int place = layers.place(stage, action.chunk());
    int passes = 0;
    for (int layer = layers.firstBackward(place); layer < layers.endLayer(place); layer++) {
      passes += kinds.of(pass, layer).nodes().isEmpty() ? 0 : 1;
    }
    return passes;
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
