package io.heddle.runtime.mode;

import io.heddle.plan.GradientReduction.When;
import io.heddle.plan.schedule.Action;
import io.heddle.plan.schedule.Action.Kind;
import io.heddle.runtime.cost.Costs;
import io.heddle.runtime.pipeline.PassMaker;
import io.heddle.runtime.pipeline.PipelineFlattener;
import io.heddle.runtime.pipeline.PlanPipeline;
import io.heddle.runtime.trace.CountingSink;
import io.heddle.runtime.trace.Emission;
import io.heddle.runtime.trace.NodeSink;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The work of one stage, found on its first rank. Passes last as they are known to by themselves;
 * weights that are gathered and gradients that are reduced take their places on the lanes beside
 * them. Where these keep the collectives of passes waiting, an action lasts longer by as much as it
 * does when the rank is walked through node by node.
 */
final class StageWalk {
  /** No micro-batch: not even that of what belongs to the whole step. */
  private static final int NONE = -2;

  private final PipelineFlattener flattener;
  private final Emission emission;
  private final Stages stages;
  private final PassKinds kinds;
  private final PassTimes times;
  private final PassTimes formulas;
  private final Costs costs;
  private final Turns turns;

  /** Whether reductions are cut to the gaps between the collectives of passes. */
  private final boolean cutToPasses;

  private final int rank;
  private final int stage;

  /** The first stage that does the same. */
  private final int like;

  private final Walk walk;

  // Once, and once for each micro-batch in the middle.
  private final CountingSink edges;
  private final CountingSink middle;

  /** What keeping collectives of passes waiting comes to. */
  private final Contention contention;

  private final TurnTimes nanos;
  private long standIns;
  private long step;

  /**
   * @param times of passes
   * @param formulas the same by formula
   */
  StageWalk(
      PipelineFlattener flattener,
      Emission emission,
      Stages stages,
      int stage,
      PassKinds kinds,
      PassTimes times,
      PassTimes formulas,
      Costs costs) {
    this.flattener = flattener;
    this.emission = emission;
    this.stages = stages;
    this.kinds = kinds;
    this.times = times;
    this.formulas = formulas;
    this.costs = costs;
    this.stage = stage;
    this.like = stage;
    this.rank = stages.first(stage);
    this.cutToPasses = flattener.plan().optimizer().gradients().when() == When.IN_GAPS;
    this.edges = new CountingSink();
    this.middle = new CountingSink();
    this.turns = Turns.of(flattener);
    int inMiddle = turns.alike() ? 0 : turns.walked() == Turns.PLACES ? 1 : NONE;
    MicroBatchCounts counts = new MicroBatchCounts(edges, middle, inMiddle);
    this.walk = walk(standIns(times, true), true, cutToPasses ? null : counts);
    this.contention = contention(cutToPasses ? counts : null);
    this.nanos = walk.nanos().plus(contention.waits());
    this.step = Math.max(0, Math.addExact(walk.step(), contention.atEnd()));
  }

  private StageWalk(StageWalk other, int stage, Turns turns) {
    this.flattener = other.flattener;
    this.emission = other.emission;
    this.stages = other.stages;
    this.kinds = other.kinds;
    this.times = other.times;
    this.formulas = other.formulas;
    this.costs = other.costs;
    this.stage = stage;
    this.like = other.like;
    this.rank = stages.first(stage);
    this.cutToPasses = other.cutToPasses;
    this.turns = turns;
    this.edges = other.edges;
    this.middle = other.middle;
    this.walk = other.walk;
    this.contention = other.contention;
    this.nanos = other.nanos;
    this.step = other.step;
    this.standIns = other.standIns;
  }

  /**
   * The same in a step of a batch of another size, whose micro-batches are walked through likewise.
   */
  StageWalk in(Turns others) {
    if (others.alike() != turns.alike() || others.walked() != turns.walked()) {
      throw new IllegalArgumentException("not walked through likewise");
    }
    return new StageWalk(this, stage, others);
  }

  /** The same on another stage, which does the same. */
  StageWalk on(int other) {
    return new StageWalk(this, other, turns);
  }

  /** The first stage that does the same; the stage itself if none before it does. */
  int like() {
    return like;
  }

  /**
   * What comes of collectives of passes and those beside them on one lane.
   *
   * @param waits how much longer actions last
   * @param atEnd how much longer the end of the step lasts; less than 0 where what would be left to
   *     it is done while passes wait, ns
   * @param fallsBehind as {@link Walk#fallsBehind}
   */
  private record Contention(TurnTimes waits, long atEnd, long fallsBehind) {}

  /** Found with passes by formula, once node by node and once as kernels. */
  private Contention contention(@Nullable NodeSink counts) {
    if (turns.alike() || (counts == null && passesMayWaitForNothing())) {
      return new Contention(
          new TurnTimes(flattener.pipeline().layers().chunks()), 0, walk.fallsBehind());
    }
    Walk whole = walk(null, false, counts);
    if (emission.laneOfEachGroup()) {
      return new Contention(
          new TurnTimes(flattener.pipeline().layers().chunks()), 0, walk.fallsBehind());
    }
    Walk apart = times == formulas ? walk : walk(standIns(formulas, false), false, null);
    return new Contention(
        whole.nanos().beyond(apart.nanos()), whole.step() - apart.step(), whole.fallsBehind());
  }

  /**
   * Whether no collective of a pass can be kept waiting: each group has a lane of its own, or there
   * is none, so that node by node passes last as long as they do by themselves.
   */
  private boolean passesMayWaitForNothing() {
    if (emission.laneOfEachGroup()) {
      return true;
    }
    boolean[] alone = {times == formulas};
    kinds.each(stage, (kind, passes) -> alone[0] &= time(kind).communication().isEmpty());
    return alone[0];
  }

  /**
   * @param maker null for the model's own passes
   * @param recording whether more than times is asked for
   */
  private Walk walk(@Nullable PassMaker maker, boolean recording, @Nullable NodeSink besides) {
    return new Walk(
        flattener,
        course -> {
          PlanPipeline pipeline = flattener.pipeline();
          return maker == null
              ? pipeline.openAlone(rank, stages.groups(stage), course, emission)
              : pipeline.openAlone(rank, stages.groups(stage), course, maker, emission);
        },
        turns,
        costs,
        recording,
        besides);
  }

  /** Kernels that last as long as passes by themselves. */
  private PassMaker standIns(PassTimes times, boolean counted) {
    return (emitter, pass, layer, input) -> {
      PassKind kind = kinds.of(pass, layer);
      long lasts = times.of(rank, kind).nanos();
      if (counted) {
        standIns = Math.addExact(standIns, lasts);
      }
      return kind.nodes().isEmpty() ? input : emitter.needs(input).standIn(pass, lasts);
    };
  }

  /** Gives all stages and chunks the same times: the means of theirs. */
  static void equalize(List<StageWalk> stages) {
    long steps = 0;
    List<TurnTimes> times = new ArrayList<>();
    for (StageWalk stage : stages) {
      steps = Math.addExact(steps, stage.step);
      times.add(stage.nanos);
    }
    TurnTimes.equalize(times);
    for (StageWalk stage : stages) {
      stage.step = steps / stages.size();
    }
  }

  /** Time that an action takes of the compute lane, ns. */
  long nanos(Action action) {
    return nanos.of(action.kind(), turns.place(action.microBatch()), action.chunk());
  }

  /** The part of it in which collectives of its passes wait for others, ns. */
  long waits(Action action) {
    return contention.waits().of(action.kind(), turns.place(action.microBatch()), action.chunk());
  }

  /** Time of all actions, ns. */
  long work() {
    return ofStep(nanos);
  }

  /** The part of it in which collectives of passes wait for others, ns. */
  long waits() {
    return ofStep(contention.waits());
  }

  private long ofStep(TurnTimes some) {
    // Where there is no such micro-batch, its times are 0.
    long sum = Math.addExact(some.sum(Turns.FIRST), some.sum(Turns.LAST));
    return Math.addExact(sum, Math.multiplyExact(turns.middles(), some.sum(Turns.MIDDLE)));
  }

  /** Mean time of a micro-batch's passes of a kind through all chunks, ns. */
  double mean(Kind kind) {
    double sum = (double) nanos.sum(kind, Turns.FIRST) + nanos.sum(kind, Turns.LAST);
    sum += (double) turns.middles() * nanos.sum(kind, Turns.MIDDLE);
    return sum / turns.microBatches();
  }

  /** Time of the end of the step behind the last action, with what is left to be reduced, ns. */
  long step() {
    return step;
  }

  /**
   * How much longer the end of the step takes because each micro-batch leaves the communication
   * lane further behind, ns.
   *
   * @param idle time in which the stage waits for others, and its communication does not
   */
  long leftOver(long idle) {
    long more = Math.multiplyExact(Math.max(0, turns.middles() - 1), contention.fallsBehind());
    // What the lane cannot catch up with: no more of it than it is behind.
    return Math.max(0, more - idle);
  }

  /** Time in which a rank of the stage computes in a step, ns. */
  long computing() {
    long[] sum = {walk.computing() - standIns};
    kinds.each(
        stage,
        (kind, passes) -> {
          long often = Math.multiplyExact(passes, turns.microBatches());
          sum[0] = Math.addExact(sum[0], Math.multiplyExact(often, time(kind).compute()));
        });
    return sum[0];
  }

  private PassTime time(PassKind kind) {
    return times.of(rank, kind);
  }

  /**
   * What a rank of the stage communicates in a step.
   *
   * @param leftOver as {@link #leftOver} gives it
   */
  CommunicationSums communication(long leftOver) {
    CommunicationSums sums = new CommunicationSums();
    kinds.each(
        stage,
        (kind, passes) ->
            sums.add(time(kind).communication(), Math.multiplyExact(passes, turns.microBatches())));
    sums.add(walk.communication(turns.middles()), 1);
    addExposed(sums, Math.addExact(waits(), Math.addExact(leftOver, step - walk.step())));
    sums.bound();
    return sums;
  }

  /** Adds the time in which collectives of passes wait for others, as exposed. */
  void addWaits(CommunicationSums sums) {
    addExposed(sums, waits());
  }

  /** What takes longest beside the passes is what they wait for. */
  private void addExposed(CommunicationSums sums, long nanos) {
    if (nanos != 0) {
      sums.addExposed(walk.communication(turns.middles()).longestInGroups(), nanos);
    }
  }

  /** Adds the nodes of so many ranks of the stage. */
  void countInto(CountingSink counts, long ranks) {
    long often = cutToPasses ? 0 : Math.multiplyExact(turns.microBatches(), ranks);
    kinds.each(
        stage, (kind, passes) -> counts.add(kind.counts(), Math.multiplyExact(passes, often)));
    counts.add(edges, ranks);
    counts.add(middle, Math.multiplyExact(ranks, turns.middles()));
  }
}
