package io.heddle.runtime.mode;

import io.heddle.runtime.communication.CommunicationTime;
import io.heddle.runtime.communication.CommunicationTimes;
import io.heddle.runtime.cost.Costs;
import io.heddle.runtime.cost.KernelCost;
import io.heddle.runtime.fold.Symmetry;
import io.heddle.runtime.fold.Unfolded;
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
import io.heddle.runtime.trace.AlteredFlattener;
import io.heddle.runtime.trace.CountingSink;
import io.heddle.runtime.trace.Emission;
import io.heddle.runtime.trace.PipelineFlattener;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Simulates each kind of pass by itself, then the pipeline of all ranks with their times. */
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
    PassTimes times = SimulatedPasses.of(flattener, kinds, machine, emission, options);
    return new HierarchicalStep(flattener, kinds, times)
        .run(stages, machine, emission, options, progress);
  }

  private StepReport run(
      Stages stages,
      SimulationInput machine,
      Emission emission,
      SimulationOptions options,
      StepProgress progress)
      throws UnfinishedStepException {
    SimulationInput stated =
        new SimulationInput(
            machine.system().withStatedDurations(),
            machine.network(),
            machine.memory(),
            machine.groups());
    KernelCost kernels = new KernelCost(machine.machine());
    Costs costs = Costs.of(machine.machine(options.injectionScale()));
    for (int stage = 0; stage < flattener.stages(); stage++) {
      walks.add(new StageWalk(flattener, emission, stages, stage, kinds, times, costs));
    }
    CommunicationTimes communications =
        new CommunicationTimes(flattener.groups(), flattener.mesh().ranks());
    SimulationResult result =
        new Simulator(stated, options)
            .run(
                new FlattenerWorkload(
                    new AlteredFlattener(
                        new CollapsedFlattener(flattener, kinds, times, walks, kernels, progress),
                        emission)),
                communications);
    if (result.status() != SimulationResult.Status.OK) {
      throw new UnfinishedStepException(result);
    }
    List<RankResult> ranks = new ArrayList<>();
    List<List<CommunicationTime>> communicationOfRank = new ArrayList<>();
    for (RankResult rank : result.ranks()) {
      OfPasses within =
          new OfPasses(rank.rank(), CommunicationSums.of(communications.of(rank.rank())));
      ranks.add(within.addedTo(rank));
      communicationOfRank.add(within.communication.times());
    }
    CountingSink counts = new CountingSink();
    walks.forEach(walk -> walk.countInto(counts, stages.ranks()));
    return StepReport.of(
        flattener,
        new SimulationResult(
            result.status(),
            ranks,
            result.diagnosis(),
            result.nodes(),
            result.messages(),
            result.bytes(),
            result.mostPending()),
        Symmetry.unfolded(flattener.mesh().ranks(), Unfolded.COLLAPSED),
        counts,
        communicationOfRank::get,
        Optional.empty());
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
