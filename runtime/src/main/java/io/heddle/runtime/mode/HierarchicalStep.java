package io.heddle.runtime.mode;

import io.heddle.runtime.communication.CommunicationTime;
import io.heddle.runtime.communication.CommunicationTimes;
import io.heddle.runtime.cost.Costs;
import io.heddle.runtime.cost.KernelCost;
import io.heddle.runtime.fold.Fold;
import io.heddle.runtime.fold.Symmetry;
import io.heddle.runtime.fold.Unfolded;
import io.heddle.runtime.pipeline.FewerMicroBatches;
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
import io.heddle.runtime.simulate.Simulator;
import io.heddle.runtime.simulate.workload.FlattenerWorkload;
import io.heddle.runtime.steady.SteadyStep;
import io.heddle.runtime.steady.StepTotals;
import io.heddle.runtime.steady.StepWatch;
import io.heddle.runtime.trace.AlteredFlattener;
import io.heddle.runtime.trace.CountingSink;
import io.heddle.runtime.trace.Emission;
import io.heddle.runtime.trace.Flattener;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Simulates each kind of pass by itself, then the pipeline with their times: of all ranks, or of
 * one of each colour.
 */
final class HierarchicalStep {
  private final PipelineFlattener flattener;
  private final PassKinds kinds;
  private final PassTimes times;
  private final List<StageWalk> walks = new ArrayList<>();

  private HierarchicalStep(PipelineFlattener flattener, PassKinds kinds, PassTimes times) {
    this.flattener = flattener;
    this.kinds = kinds;
    this.times = times;
  }

  static StepReport run(
      PipelineFlattener flattener,
      Emission emission,
      SimulationOptions options,
      StepProgress progress)
      throws UnfinishedStepException {
    Stages stages = new Stages(flattener);
    PassKinds kinds = PassKinds.of(flattener, stages);
    SimulationInput machine = SimulationInput.of(flattener);
    // No action of the step begins before its passes are known.
    StepProgress before = (begun, parts) -> progress.begun(0, parts);
    Optional<Unfolded> unfolded = options.unfolded();
    Optional<StepReport> folded =
        unfolded.isPresent()
            ? Optional.empty()
            : Fold.run(
                flattener,
                machine.machine(options.injectionScale()),
                fold ->
                    FoldedPasses.of(flattener, kinds, fold, machine, emission, options, before)
                        .map(times -> new HierarchicalStep(flattener, kinds, times))
                        .flatMap(
                            step -> step.run(fold, stages, machine, emission, options, progress)));
    if (folded.isPresent()) {
      return folded.get();
    }
    PassTimes times = SimulatedPasses.of(flattener, kinds, machine, emission, options, before);
    return new HierarchicalStep(flattener, kinds, times)
        .run(unfolded.orElse(Unfolded.ORDER), stages, machine, emission, options, progress);
  }

  private Optional<StepReport> run(
      Fold fold,
      Stages stages,
      SimulationInput machine,
      Emission emission,
      SimulationOptions options,
      StepProgress progress) {
    walk(stages, machine, emission, options);
    FoldedRun run = new FoldedRun(fold, machine, emission, options, progress);
    return SteadyStep.run(flattener, fold, run::few)
        .or(run::whole)
        .map(
            step -> {
              Times ofColours = times(step.result(), step.communications());
              CountingSink counts = counts(stages);
              return StepReport.ofColours(
                  flattener,
                  ofColours.result(),
                  fold.colourOfRank(),
                  fold.symmetry(),
                  counts,
                  StepCounts.used(counts),
                  rank -> ofColours.communications().get(fold.colour(rank)));
            });
  }

  private StepReport run(
      Unfolded why,
      Stages stages,
      SimulationInput machine,
      Emission emission,
      SimulationOptions options,
      StepProgress progress)
      throws UnfinishedStepException {
    walk(stages, machine, emission, options);
    int ranks = flattener.mesh().ranks();
    CommunicationTimes communications = new CommunicationTimes(flattener.groups(), ranks);
    SimulationResult result =
        new Simulator(stated(machine), options)
            .run(
                workload(whole(machine, IntStream.range(0, ranks), progress), emission),
                communications);
    if (result.status() != SimulationResult.Status.OK) {
      throw new UnfinishedStepException(result);
    }
    Times ofRanks = times(result, communications);
    return StepReport.of(
        flattener,
        ofRanks.result(),
        Symmetry.unfolded(ranks, why),
        counts(stages),
        ofRanks.communications()::get,
        Optional.empty());
  }

  private void walk(
      Stages stages, SimulationInput machine, Emission emission, SimulationOptions options) {
    Costs costs = Costs.of(machine.machine(options.injectionScale()));
    PassTimes formulas = new ComputedPasses(flattener, stages, kinds, costs);
    for (int stage = 0; stage < flattener.stages(); stage++) {
      walks.add(new StageWalk(flattener, emission, stages, stage, kinds, times, formulas, costs));
    }
  }

  /** The machine, on which kernels last as long as they say. */
  private static SimulationInput stated(SimulationInput machine) {
    return new SimulationInput(
        machine.system().withStatedDurations(),
        machine.network(),
        machine.memory(),
        machine.groups());
  }

  private CollapsedFlattener whole(
      SimulationInput machine, IntStream running, StepProgress progress) {
    return new CollapsedFlattener(
        flattener,
        flattener,
        flattener.pipeline()::course,
        kinds,
        times,
        walks,
        new KernelCost(machine.machine()),
        running,
        progress);
  }

  private CollapsedFlattener few(
      FewerMicroBatches step, SimulationInput machine, IntStream running, StepProgress progress) {
    Turns turns = Turns.of(flattener).with(step.microBatches());
    return new CollapsedFlattener(
        flattener,
        step,
        step::course,
        kinds,
        times,
        walks.stream().map(walk -> walk.in(turns)).toList(),
        new KernelCost(machine.machine()),
        running,
        progress);
  }

  private static FlattenerWorkload workload(Flattener step, Emission emission) {
    return new FlattenerWorkload(new AlteredFlattener(step, emission));
  }

  /** The pipeline with one rank of each colour. */
  private final class FoldedRun {
    private final Fold fold;
    private final SimulationInput machine;
    private final Emission emission;
    private final SimulationOptions options;
    private final StepProgress progress;

    FoldedRun(
        Fold fold,
        SimulationInput machine,
        Emission emission,
        SimulationOptions options,
        StepProgress progress) {
      this.fold = fold;
      this.machine = machine;
      this.emission = emission;
      this.options = options;
      this.progress = progress;
    }

    /** Simulates all micro-batches; empty if the ranks cannot be folded. */
    Optional<StepTotals> whole() {
      return run(HierarchicalStep.this.whole(machine, running(), progress), StepWatch.NONE);
    }

    /** Simulates few micro-batches; empty if the ranks cannot be folded. */
    Optional<StepTotals> few(FewerMicroBatches step, StepWatch watch) {
      return run(HierarchicalStep.this.few(step, machine, running(), progress), watch);
    }

    private IntStream running() {
      return IntStream.range(0, fold.colours()).map(fold::representativeOf);
    }

    private Optional<StepTotals> run(Flattener step, StepWatch watch) {
      CommunicationTimes communications =
          new CommunicationTimes(flattener.groups(), fold.colours(), fold::colour);
      return new Simulator(stated(machine), options)
          .runFolded(
              workload(watch.over().apply(step), emission),
              fold,
              watch.observer().and(communications))
          // The nodes that passes stand for are counted apart.
          .map(result -> new StepTotals(result, new CountingSink(), communications));
    }
  }

  private CountingSink counts(Stages stages) {
    CountingSink counts = new CountingSink();
    walks.forEach(walk -> walk.countInto(counts, stages.ranks()));
    return counts;
  }

  /** The ranks that ran, with what passes are made of in place of the kernels for them. */
  private record Times(SimulationResult result, List<List<CommunicationTime>> communications) {}

  private Times times(SimulationResult result, CommunicationTimes communications) {
    List<RankResult> ranks = new ArrayList<>();
    List<List<CommunicationTime>> communicationOfRank = new ArrayList<>();
    for (RankResult rank : result.ranks()) {
      OfPasses within =
          new OfPasses(rank.rank(), CommunicationSums.of(communications.of(rank.rank())));
      ranks.add(within.addedTo(rank));
      communicationOfRank.add(within.communication.times());
    }
    SimulationResult withPasses =
        new SimulationResult(
            result.status(),
            ranks,
            result.diagnosis(),
            result.nodes(),
            result.messages(),
            result.bytes(),
            result.mostPending());
    return new Times(withPasses, communicationOfRank);
  }

  /** What the passes of one rank come to in a step. */
  private final class OfPasses {
    final CommunicationSums communication = new CommunicationSums();
    private final CommunicationSums besides;
    private long nanos;
    private long compute;

    /**
     * @param besides what the rank communicates beside its passes
     */
    OfPasses(int rank, CommunicationSums besides) {
      this.besides = besides;
      long microBatches = flattener.microBatches();
      kinds.each(
          flattener.stage(rank),
          (kind, passes) -> {
            PassTime time = times.of(rank, kind);
            long often = Math.multiplyExact(passes, microBatches);
            nanos = Math.addExact(nanos, Math.multiplyExact(often, time.nanos()));
            compute = Math.addExact(compute, Math.multiplyExact(often, time.compute()));
            communication.add(time.communication(), often);
          });
      StageWalk walk = walks.get(flattener.stage(rank));
      nanos = Math.addExact(nanos, walk.waits());
      communication.add(besides, 1);
      walk.addWaits(communication);
      communication.bound();
    }

    /** What passes are made of, in place of the kernels that stood for them. */
    RankResult addedTo(RankResult rank) {
      LaneTimes lanes = rank.lanes().orElseThrow();
      long computing = lanes.compute() - nanos + compute;
      long exposed = lanes.exposed() - besides.exposed() + communication.exposed();
      return new RankResult(
          rank.rank(),
          rank.cycles(),
          rank.cycles() - computing,
          rank.wallTime(),
          rank.communicationTime(),
          rank.computeTime(),
          rank.overlap(),
          rank.roofline(),
          Optional.of(
              new LaneTimes(
                  computing,
                  lanes.communication() - besides.busy() + communication.busy(),
                  exposed,
                  rank.cycles() - computing - exposed)));
    }
  }
}
