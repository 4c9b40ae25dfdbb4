package io.heddle.runtime.report;

import io.heddle.plan.mesh.Group;
import io.heddle.runtime.communication.CommunicationTimes;
import io.heddle.runtime.fold.FinerColoursException;
import io.heddle.runtime.fold.Fold;
import io.heddle.runtime.simulate.Backend;
import io.heddle.runtime.simulate.RankResult;
import io.heddle.runtime.simulate.SimulationInput;
import io.heddle.runtime.simulate.SimulationOptions;
import io.heddle.runtime.simulate.SimulationResult;
import io.heddle.runtime.simulate.Simulator;
import io.heddle.runtime.simulate.workload.FlattenerWorkload;
import io.heddle.runtime.trace.CountingSink;
import io.heddle.runtime.trace.Flattener;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Simulates a step with one rank of each colour, and tells of all ranks what these come to. */
final class FoldedStep {
  private final Flattener flattener;
  private final Fold fold;
  private final CountedFlattener counted;
  private final CommunicationTimes communications;

  private FoldedStep(Flattener flattener, Fold fold, StepProgress progress) {
    this.flattener = flattener;
    this.fold = fold;
    this.counted = CountedFlattener.folded(flattener, fold, progress);
    this.communications = new CommunicationTimes(flattener.groups(), fold.colours(), fold::colour);
  }

  /** Runs a step; empty if it cannot be folded. */
  static Optional<StepReport> run(
      Flattener flattener,
      SimulationInput machine,
      SimulationOptions options,
      StepProgress progress) {
    if (!options.symmetry()
        || options.openLane()
        || options.backend() != Backend.CONGESTION_UNAWARE) {
      return Optional.empty();
    }
    Simulator simulator = new Simulator(machine, options);
    Optional<Fold> fold = Fold.of(flattener, machine.machine(options.injectionScale()));
    while (fold.isPresent()) {
      try {
        return new FoldedStep(flattener, fold.get(), progress).run(simulator);
      } catch (FinerColoursException e) {
        fold = fold.get().finer(e.kind());
      }
    }
    return Optional.empty();
  }

  private Optional<StepReport> run(Simulator simulator) {
    return simulator
        .runFolded(new FlattenerWorkload(counted), fold, communications)
        .map(this::report);
  }

  private StepReport report(SimulationResult result) {
    long iteration = result.maxCycles();
    RankTimes[] ofColour = new RankTimes[fold.colours()];
    for (RankResult one : result.ranks()) {
      int rank = one.rank();
      ofColour[fold.colour(rank)] =
          RankTimes.of(one, flattener.stage(rank), iteration, communications.of(rank));
    }
    int all = flattener.mesh().ranks();
    List<RankTimes> ranks = new ArrayList<>(all);
    for (int rank = 0; rank < all; rank++) {
      ranks.add(ofColour[fold.colour(rank)].as(rank));
    }
    CountingSink counts = counted.counts();
    use(counts);
    return StepReport.of(
        flattener.plan(),
        flattener.stragglers(),
        iteration,
        flattener.tokens(),
        flattener.parameters(),
        flattener.modelOperations().orElseGet(counts::modelMatmulOperations),
        ranks,
        StepCounts.of(counts),
        Optional.empty());
  }

  /** A group is used where one that is like it is. */
  private void use(CountingSink counts) {
    Set<Integer> orbits = new HashSet<>();
    for (Group group : counts.usedGroups()) {
      orbits.add(fold.orbit(group.id()).id());
    }
    for (Group group : flattener.groups().all()) {
      if (orbits.contains(fold.orbit(group.id()).id())) {
        counts.use(group);
      }
    }
  }
}
