package io.heddle.runtime.mode;

import io.heddle.plan.schedule.Action.Kind;
import io.heddle.runtime.communication.Communication;
import io.heddle.runtime.communication.CommunicationTime;
import io.heddle.runtime.cost.Costs;
import io.heddle.runtime.cost.Machine;
import io.heddle.runtime.fold.Fold;
import io.heddle.runtime.pipeline.PipelineFlattener;
import io.heddle.runtime.report.StepCounts;
import io.heddle.runtime.report.StepProgress;
import io.heddle.runtime.report.StepReport;
import io.heddle.runtime.report.UnfinishedStepException;
import io.heddle.runtime.simulate.LaneTimes;
import io.heddle.runtime.simulate.RankResult;
import io.heddle.runtime.simulate.SimulationInput;
import io.heddle.runtime.simulate.SimulationOptions;
import io.heddle.runtime.simulate.SimulationResult;
import io.heddle.runtime.simulate.SimulationResult.Status;
import io.heddle.runtime.trace.CountingSink;
import io.heddle.runtime.trace.Emission;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.DoubleStream;

/** A step whose pipeline is computed, from the work of one rank of each stage. */
final class ComputedStep {
  private static final double LONGEST = 0x1p62;

  private final PipelineFlattener flattener;
  private final Stages stages;
  private final List<StageWalk> walks;
  private final MessageTimes messages;

  /** Whether all that a rank communicates is on one lane. */
  private final boolean oneLane;

  /**
   * What micro-batches come to on each stage, of which the number is left open.
   *
   * @param walks in the order of stages
   */
  record Parts(Stages stages, List<StageWalk> walks, Costs costs) {
    Parts {
      walks = List.copyOf(walks);
    }

    private static Parts of(
        PipelineFlattener flattener,
        Emission emission,
        Stages stages,
        PassKinds kinds,
        PassTimes times,
        PassTimes formulas,
        Costs costs,
        StepProgress progress) {
      PartProgress begun = new PartProgress(progress, flattener.stages());
      List<StageWalk> walks = new ArrayList<>();
      AlikeStages alike = new AlikeStages(flattener, stages, kinds.offsets());
      for (int stage = 0; stage < flattener.stages(); stage++) {
        begun.begin();
        // Simulated passes may take longer on one stage than on another.
        int like = times == formulas ? alike.first(stage) : stage;
        walks.add(
            like < stage
                ? walks.get(like).on(stage)
                : new StageWalk(flattener, emission, stages, stage, kinds, times, formulas, costs));
      }
      return new Parts(stages, walks, costs);
    }

    /**
     * Those of a plan with passes by closed formulas.
     *
     * @param progress is told of each stage
     */
    static Parts byFormula(PipelineFlattener flattener, Emission emission, StepProgress progress) {
      Stages stages = new Stages(flattener);
      PassKinds kinds = PassKinds.of(flattener, stages);
      Costs costs = Costs.of(Machine.of(flattener.plan().cluster()));
      PassTimes times = new ComputedPasses(flattener, stages, kinds, costs);
      return of(flattener, emission, stages, kinds, times, times, costs, progress);
    }

    /** The same in a step with so many micro-batches. */
    Parts in(Turns turns) {
      return new Parts(stages, walks.stream().map(walk -> walk.in(turns)).toList(), costs);
    }
  }

  /** Finds parts of a plan by formula. */
  @FunctionalInterface
  interface Finder {
    /**
     * Finds them.
     *
     * @param progress is told of each stage that is looked at
     */
    Parts of(PipelineFlattener flattener, Emission emission, StepProgress progress);
  }

  private ComputedStep(
      PipelineFlattener flattener, Emission emission, Simplification simpler, Parts parts) {
    this.flattener = flattener;
    this.stages = parts.stages();
    this.walks = parts.walks();
    this.oneLane = !emission.laneOfEachGroup();
    this.messages =
        new MessageTimes(
            stages,
            parts.costs().messages(),
            simpler.messagesFree(),
            flattener.pipeline().carriedBytes());
    if (simpler.stagesEqual()) {
      StageWalk.equalize(walks);
    }
  }

  /**
   * Simulated passes; the longest path through the schedule.
   *
   * @param progress is told of passes, of stages, and of actions on the path
   */
  static StepReport hybrid(
      PipelineFlattener flattener,
      Emission emission,
      Simplification simpler,
      SimulationOptions options,
      StepProgress progress)
      throws UnfinishedStepException {
    Stages stages = new Stages(flattener);
    PassKinds kinds = PassKinds.of(flattener, stages);
    SimulationInput machine = SimulationInput.of(flattener);
    Costs costs = Costs.of(machine.machine(options.injectionScale()));
    PassTimes formulas = new ComputedPasses(flattener, stages, kinds, costs);
    PassTimes times =
        simpler.passesByFormula()
            ? formulas
            : simulated(flattener, kinds, machine, emission, options, progress);
    Parts parts = Parts.of(flattener, emission, stages, kinds, times, formulas, costs, progress);
    ComputedStep step = new ComputedStep(flattener, emission, simpler, parts);
    return step.report(step.longestPath(progress));
  }

  private static PassTimes simulated(
      PipelineFlattener flattener,
      PassKinds kinds,
      SimulationInput machine,
      Emission emission,
      SimulationOptions options,
      StepProgress progress)
      throws UnfinishedStepException {
    Optional<PassTimes> folded =
        options.unfolded().isPresent()
            ? Optional.empty()
            : Fold.run(
                flattener,
                machine.machine(options.injectionScale()),
                fold ->
                    FoldedPasses.of(flattener, kinds, fold, machine, emission, options, progress)
                        .map(PassTimes.class::cast));
    return folded.isPresent()
        ? folded.get()
        : SimulatedPasses.of(flattener, kinds, machine, emission, options, progress);
  }

  /**
   * Passes and pipeline by closed formulas.
   *
   * @param parts by formula
   */
  static StepReport analytical(
      PipelineFlattener flattener, Emission emission, Simplification simpler, Parts parts) {
    ComputedStep step = new ComputedStep(flattener, emission, simpler, parts);
    return step.report(step.closedForm());
  }

  private List<StageEnd> longestPath(StepProgress progress) {
    LongestPath path = new LongestPath(flattener, walks, messages, oneLane, progress).run();
    List<StageEnd> ends = new ArrayList<>();
    for (int stage = 0; stage < walks.size(); stage++) {
      StageWalk walk = walks.get(stage);
      long leftOver = walk.leftOver(path.waiting(stage));
      CommunicationSums communication = walk.communication(leftOver);
      if (path.sending(stage) > 0) {
        communication.addExposed(Communication.BETWEEN_STAGES, path.sending(stage));
      }
      long end = Math.addExact(path.end(stage), Math.addExact(walk.step(), leftOver));
      ends.add(stageEnd(Math.max(end, path.sent(stage)), walk.computing(), communication));
    }
    return ends;
  }

  /**
   * How a stage ends.
   *
   * @param nanos when all of it is done
   * @param computing of a rank, ns
   * @param communication of a rank
   */
  private record StageEnd(long nanos, long computing, CommunicationSums communication) {}

  /** Not before both lanes can be done. */
  private StageEnd stageEnd(long nanos, long computing, CommunicationSums communication) {
    communication.bound();
    long lanes = Math.addExact(computing, communication.exposed());
    if (oneLane) {
      lanes = Math.max(lanes, communication.busy());
    }
    return new StageEnd(Math.max(nanos, lanes), computing, communication);
  }

  /**
   * The busiest stage waits for the passes of the others as the schedule says:
   *
   * <pre>
   * T = W + wait(p, m, v, f, i, w) + 2 (p - 1) t + d + e
   * </pre>
   *
   * with W the work of the busiest stage, f, i, w the mean times of the others' passes, t a message
   * between stages, d that of the tokens that were drawn, and e the longest end of a step, with
   * what reductions are behind. It is not less than what any rank communicates. With equal stages,
   * backward passes twice as long as forward passes, and messages and an end that take no time, it
   * is the work over 1 less the {@linkplain io.heddle.plan.schedule.PipelineSchedule#bubble
   * bubble}.
   */
  private List<StageEnd> closedForm() {
    StageWalk busiest = busiest();
    long end = walks.stream().mapToLong(walk -> walk.step() + walk.leftOver(0)).max().orElseThrow();
    double input = others(busiest, Kind.BACKWARD) + others(busiest, Kind.BACKWARD_INPUT);
    double waiting =
        flattener
            .pipeline()
            .schedule()
            .waiting(
                flattener.pipeline().numbers(),
                others(busiest, Kind.FORWARD),
                input,
                others(busiest, Kind.BACKWARD_WEIGHT));
    for (int stage = 1; stage < walks.size(); stage++) {
      int place = flattener.pipeline().layers().place(stage, 0);
      long bytes = flattener.pipeline().messages().between(place - 1, place);
      waiting += messages.nanos(stage - 1, stage, bytes);
      long back = flattener.pipeline().messages().between(place, place - 1);
      waiting += sendsGradients(stage) ? messages.nanos(stage, stage - 1, back) : 0;
    }
    if (flattener.pipeline().messages().ofSampledTokens() > 0) {
      waiting +=
          messages.nanos(walks.size() - 1, 0, flattener.pipeline().messages().ofSampledTokens());
    }
    if (!(waiting < LONGEST)) {
      throw new ArithmeticException("waiting for " + waiting + " ns");
    }
    long nanos = Math.addExact(Math.addExact(busiest.work(), (long) waiting), end);
    StageEnd[] ends = new StageEnd[walks.size()];
    long last = 0;
    for (int stage = 0; stage < ends.length; stage++) {
      StageWalk walk = walks.get(stage);
      ends[stage] =
          walk.like() < stage
              ? ends[walk.like()]
              : stageEnd(nanos, walk.computing(), walk.communication(walk.leftOver(0)));
      last = Math.max(last, ends[stage].nanos());
    }
    List<StageEnd> together = new ArrayList<>();
    for (StageEnd stage : ends) {
      together.add(new StageEnd(last, stage.computing(), stage.communication()));
    }
    return together;
  }

  /** The first of the stages with most work. */
  private StageWalk busiest() {
    StageWalk busiest = walks.get(0);
    long most = busiest.work();
    for (StageWalk walk : walks) {
      long work = walk.work();
      if (work > most) {
        most = work;
        busiest = walk;
      }
    }
    return busiest;
  }

  /** Whether a stage sends gradients to the one before it. */
  private boolean sendsGradients(int stage) {
    int place = flattener.pipeline().layers().place(stage, 0);
    return flattener.pipeline().schedule().hasBackward()
        && flattener.pipeline().layers().sends(place, false);
  }

  /** Mean time of a micro-batch's passes of a kind on all stages but one; 0 where there is none. */
  private double others(StageWalk one, Kind kind) {
    double[] means = new double[walks.size()];
    for (int stage = 0; stage < means.length; stage++) {
      StageWalk walk = walks.get(stage);
      means[stage] = walk.like() < stage ? means[walk.like()] : walk.mean(kind);
    }
    double all = DoubleStream.of(means).sum();
    return walks.size() == 1 ? 0 : (all - one.mean(kind)) / (walks.size() - 1);
  }

  /** Adds the nodes of all ranks: of stages that do the same, those of the first so often. */
  private void count(CountingSink counts) {
    long[] ranks = new long[walks.size()];
    walks.forEach(walk -> ranks[walk.like()] += stages.ranks());
    for (int stage = 0; stage < ranks.length; stage++) {
      if (ranks[stage] > 0) {
        walks.get(stage).countInto(counts, ranks[stage]);
      }
    }
  }

  private StepReport report(List<StageEnd> ends) {
    CountingSink counts = new CountingSink();
    List<List<CommunicationTime>> communications = new ArrayList<>();
    List<LaneTimes> lanes = new ArrayList<>();
    count(counts);
    for (int stage = 0; stage < ends.size(); stage++) {
      StageEnd end = ends.get(stage);
      CommunicationSums sums = end.communication();
      communications.add(sums.times());
      long idle = end.nanos() - end.computing() - sums.exposed();
      lanes.add(new LaneTimes(end.computing(), sums.busy(), sums.exposed(), idle));
    }
    List<RankResult> ranks = new ArrayList<>();
    for (int stage = 0; stage < ends.size(); stage++) {
      LaneTimes own = lanes.get(stage);
      ranks.add(
          new RankResult(
              stages.first(stage),
              ends.get(stage).nanos(),
              ends.get(stage).nanos() - own.compute(),
              OptionalLong.empty(),
              OptionalLong.empty(),
              OptionalLong.empty(),
              OptionalLong.empty(),
              Optional.empty(),
              Optional.of(own)));
    }
    return StepReport.ofColours(
        flattener,
        new SimulationResult(Status.OK, ranks, List.of(), 0, 0, 0, 0),
        stages.ofRanks(),
        stages.symmetry(),
        counts,
        StepCounts.used(counts),
        rank -> communications.get(flattener.stage(rank)));
  }
}
