package io.heddle.runtime.bound;

import io.heddle.plan.LayerSplit;
import io.heddle.plan.marker.Api;
import io.heddle.plan.schedule.Action;
import io.heddle.plan.schedule.Action.Kind;
import io.heddle.runtime.cost.CannotRunException;
import io.heddle.runtime.pipeline.PipelineFlattener;
import io.heddle.runtime.simulate.Backend;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A time that the flattened simulation of a step does not fall below, without simulating it. The
 * ticks of the simulation are the least solution of equations in max and plus: to leave out what a
 * node waits for, or to let it take less, never makes anything later. So the longest path through
 * some of the nodes is a bound, here of all that one rank of each stage does but for what
 * data-parallel ranks do beside the passes.
 *
 * <p>Where members of a group begin a collective at different times, the path follows the last of
 * them: what it sends has to come all the way round, so that some member of the stage is done no
 * earlier than the closed form says. Each kind of action is walked through once; the actions of a
 * step then only add up. A network with congestion lets a message arrive at most 1 ns a hop
 * earlier.
 */
@Api
public final class StepBound {
  private static final long NOT_YET = -1;

  private final PipelineFlattener flattener;
  private final LayerSplit layers;
  private final List<StageBound> stages = new ArrayList<>();
  private final long[] computed;
  private final long[] communicated;
  private final int[] ran;

  /** When the result of each pass is where the next one needs it, forward passes first. */
  private final long[] arrived;

  private StepBound(PipelineFlattener flattener, Backend backend, boolean passesAlone) {
    this.flattener = flattener;
    this.layers = flattener.pipeline().layers();
    int count = flattener.stages();
    LeastTimes times = new LeastTimes(flattener, backend);
    int[] first = new int[count];
    for (int rank = flattener.mesh().ranks() - 1; rank >= 0; rank--) {
      first[flattener.stage(rank)] = rank;
    }
    List<StagePaths> walks = walks(times, first, passesAlone);
    for (int stage = 0; stage < count; stage++) {
      List<Action> actions = flattener.pipeline().course(stage).actions();
      stages.add(new StageBound(actions, layers.chunks(), walks.get(stage)));
    }
    this.computed = new long[count];
    this.communicated = new long[count];
    this.ran = new int[count];
    long passes = 2L * layers.chain().places() * flattener.microBatches();
    this.arrived = new long[Math.toIntExact(passes)];
    Arrays.fill(arrived, NOT_YET);
  }

  /**
   * The walk through the actions of each stage.
   *
   * @param first the lowest rank of each stage
   */
  private List<StagePaths> walks(LeastTimes times, int[] first, boolean passesAlone) {
    StageLikeness likeness = new StageLikeness(flattener, times, first);
    boolean share = likeness.isPossible();
    List<StagePaths> walks = new ArrayList<>();
    for (int stage = 0; stage < first.length; stage++) {
      int like = 0;
      while (like < stage && !(share && likeness.areAlike(like, stage))) {
        like++;
      }
      walks.add(
          like < stage
              ? walks.get(like)
              : new StagePaths(flattener, times, stage, first[stage], passesAlone));
    }
    return walks;
  }

  /**
   * The bound, ns; 0 of a plan whose ranks have different loads of experts.
   *
   * @param flattener without stragglers
   * @throws ArithmeticException if 63 bits do not hold it
   */
  public static long nanos(PipelineFlattener flattener, Backend backend) {
    return nanos(flattener, backend, false);
  }

  /**
   * A bound that is found sooner, and is no higher: without what data-parallel ranks share and
   * without the end of the step, so that plans that differ in these have it in common.
   *
   * @param flattener without stragglers
   * @throws ArithmeticException if 63 bits do not hold it
   */
  public static long nanosOfPasses(PipelineFlattener flattener, Backend backend) {
    return nanos(flattener, backend, true);
  }

  private static long nanos(PipelineFlattener flattener, Backend backend, boolean passesAlone) {
    if (flattener.pipeline().hasExpertLoads()) {
      // The path through the first rank of a stage is no bound where another has less to do.
      return 0;
    }
    try {
      return new StepBound(flattener, backend, passesAlone).run();
    } catch (CannotRunException e) {
      // Whoever simulates the step says why it cannot run.
      return 0;
    }
  }

  private long run() {
    boolean moved = true;
    while (moved) {
      moved = false;
      // Up and down the stages, as micro-batches go.
      for (int stage = 0; stage < computed.length; stage++) {
        moved |= advance(stage);
      }
      for (int stage = computed.length - 1; stage >= 0; stage--) {
        moved |= advance(stage);
      }
    }
    return end();
  }

  /** When the last stage is done, with the end of the step. */
  private long end() {
    long shared = 0;
    long behindShared = Long.MAX_VALUE;
    long latest = 0;
    for (int stage = 0; stage < computed.length; stage++) {
      StageBound bound = stages.get(stage);
      ActionPaths step = bound.step();
      long compute = computed[stage];
      long communication = Math.max(communicated[stage], bound.communicating());
      shared =
          Math.max(
              shared,
              Math.addExact(step.shared().at(compute, communication, 0), step.sharedNanos()));
      long behind =
          Math.max(
              step.compute().from(Paths.ALL_STAGES), step.communication().from(Paths.ALL_STAGES));
      behindShared = Math.min(behindShared, behind);
      latest =
          Math.max(
              latest,
              Math.max(
                  step.compute().at(compute, communication, 0),
                  step.communication().at(compute, communication, 0)));
    }
    return behindShared < 0 ? latest : Math.max(latest, Math.addExact(shared, behindShared));
  }

  /** Runs the actions of a stage that can; whether there was one. */
  private boolean advance(int stage) {
    int before = ran[stage];
    List<Action> own = stages.get(stage).actions();
    while (ran[stage] < own.size()) {
      int end = ran[stage];
      while (own.get(end).besideNext()) {
        end++;
      }
      if (!areReady(stage, own.subList(ran[stage], end + 1))) {
        break;
      }
      run(stage, ran[stage], end);
      ran[stage] = end + 1;
    }
    return ran[stage] > before;
  }

  private boolean areReady(int stage, List<Action> together) {
    for (Action action : together) {
      if (ready(stage, action) == NOT_YET) {
        return false;
      }
    }
    return true;
  }

  /** Runs actions that are side by side: each takes its own time, and their kernels one lane. */
  private void run(int stage, int from, int to) {
    long compute = computed[stage];
    long communication = communicated[stage];
    long computing = 0;
    for (int i = from; i <= to; i++) {
      Action action = stages.get(stage).actions().get(i);
      ActionPaths paths = stages.get(stage).of(i);
      long input = ready(stage, action);
      computing = Math.addExact(computing, paths.computing());
      computed[stage] =
          Math.max(computed[stage], paths.compute().at(compute, communication, input));
      communicated[stage] =
          Math.max(communicated[stage], paths.communication().at(compute, communication, input));
      if (action.kind() != Kind.BACKWARD_WEIGHT) {
        handOn(stage, action, paths.sent().at(compute, communication, input));
      }
    }
    computed[stage] = Math.max(computed[stage], Math.addExact(compute, computing));
  }

  /**
   * To another stage, where it arrives as late as it was sent; within a stage the lane is enough.
   */
  private void handOn(int stage, Action action, long sent) {
    boolean forward = action.kind() == Kind.FORWARD;
    int place = layers.place(stage, action.chunk());
    boolean sends = layers.sends(place, forward);
    boolean leaves = sends && layers.chain().stageAt(forward ? place + 1 : place - 1) != stage;
    arrived[index(action, place)] = leaves ? sent : 0;
  }

  private long ready(int stage, Action action) {
    boolean forward = action.kind() == Kind.FORWARD;
    int place = layers.place(stage, action.chunk());
    if (action.kind() == Kind.BACKWARD_WEIGHT || !layers.receives(place, forward)) {
      return 0;
    }
    return arrived[index(action, forward ? place - 1 : place + 1)];
  }

  private int index(Action action, int place) {
    int direction = action.kind() == Kind.FORWARD ? 0 : 1;
    return (direction * layers.chain().places() + place) * flattener.microBatches()
        + action.microBatch();
  }
}
