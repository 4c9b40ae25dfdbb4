package io.heddle.runtime.report;

import io.heddle.plan.mesh.Group;
import io.heddle.plan.mesh.Groups;
import io.heddle.plan.mesh.PartedRanks;
import io.heddle.runtime.communication.CommunicationTimes;
import io.heddle.runtime.cost.Machine;
import io.heddle.runtime.fold.Fold;
import io.heddle.runtime.fold.Unfolded;
import io.heddle.runtime.path.PathRecorder;
import io.heddle.runtime.report.StepCounts.UsedGroups;
import io.heddle.runtime.simulate.SimulationInput;
import io.heddle.runtime.simulate.SimulationOptions;
import io.heddle.runtime.simulate.Simulator;
import io.heddle.runtime.simulate.workload.FlattenerWorkload;
import io.heddle.runtime.simulate.workload.FoldedWorkload;
import io.heddle.runtime.simulate.workload.SimulationObserver;
import io.heddle.runtime.simulate.workload.Workload;
import io.heddle.runtime.steady.SteadyStep;
import io.heddle.runtime.steady.StepTotals;
import io.heddle.runtime.trace.CountingSink;
import io.heddle.runtime.trace.Flattener;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Simulates a step with one rank of each colour, and tells of all ranks what these come to. */
final class FoldedStep {
  private final Flattener flattener;
  private final Fold fold;
  private final StepProgress progress;

  private FoldedStep(Flattener flattener, Fold fold, StepProgress progress) {
    this.flattener = flattener;
    this.fold = fold;
    this.progress = progress;
  }

  /**
   * What came of an attempt to fold.
   *
   * @param report present where it was folded
   * @param unfolded why not; present where it was not
   */
  record Attempt(Optional<StepReport> report, Optional<Unfolded> unfolded) {
    static Attempt failed(Unfolded why) {
      return new Attempt(Optional.empty(), Optional.of(why));
    }
  }

  /** Runs a step with one rank of each colour, if that can be. */
  static Attempt run(
      Flattener flattener,
      SimulationInput machine,
      SimulationOptions options,
      StepRecording recording,
      StepProgress progress) {
    Optional<Unfolded> obstacle = obstacle(flattener, options, recording);
    if (obstacle.isPresent()) {
      return Attempt.failed(obstacle.get());
    }
    Simulator simulator = new Simulator(machine, options);
    Optional<Attempt> attempt =
        Fold.run(
            flattener,
            machine.machine(options.injectionScale()),
            fold ->
                Optional.of(
                    new FoldedStep(flattener, fold, progress)
                        .run(simulator, recording)
                        .map(report -> new Attempt(Optional.of(report), Optional.empty()))
                        .orElseGet(() -> Attempt.failed(Unfolded.ORDER))));
    return attempt.orElseGet(() -> Attempt.failed(Unfolded.ALL_DIFFER));
  }

  private static Optional<Unfolded> obstacle(
      Flattener flattener, SimulationOptions options, StepRecording recording) {
    Optional<Unfolded> inOptions = options.unfolded();
    if (inOptions.isPresent()) {
      return inOptions;
    }
    if (recording.everyRank()) {
      return Optional.of(Unfolded.RECORDED);
    }
    return Fold.obstacle(flattener);
  }

  private Optional<StepReport> run(Simulator simulator, StepRecording recording) {
    if (!recording.isNothing()) {
      return record(simulator, recording);
    }
    Optional<StepTotals> joined = run(simulator, true);
    // Under loads of experts a rank may have nothing to send to another.
    boolean apart = joined.isEmpty() && !flattener.expertParts().isEmpty();
    return (apart ? run(simulator, false) : joined).map(this::report);
  }

  /**
   * Runs the first micro-batches, or the whole step.
   *
   * @param joins whether the messages of an exchange are two nodes
   */
  private Optional<StepTotals> run(Simulator simulator, boolean joins) {
    return SteadyStep.run(
            flattener,
            fold,
            (few, watch) -> simulate(simulator, joins, watch.over().apply(few), watch.observer()))
        .or(() -> simulate(simulator, joins, flattener, SimulationObserver.NONE));
  }

  /** Runs the whole step, with all messages of an exchange as they are in the traces. */
  private Optional<StepReport> record(Simulator simulator, StepRecording recording) {
    recording.observer().restart();
    Optional<PathRecorder> path =
        recording.criticalPath()
            ? Optional.of(new PathRecorder(flattener.groups(), fold))
            : Optional.empty();
    SimulationObserver observer = recording.observer();
    CountedFlattener counted =
        CountedFlattener.folded(
            recording.watched().map(Supplier::get).orElse(flattener), fold, progress);
    return simulate(
            simulator,
            counted,
            new FlattenerWorkload(counted),
            path.isPresent() ? observer.and(path.get()) : observer)
        .map(
            totals ->
                report(totals).withCriticalPath(path.map(recorder -> recorder.path(flattener))));
  }

  /**
   * Simulates a step with one rank of each colour.
   *
   * @param joins whether the messages of an exchange are two nodes
   * @param step this one, or one of fewer micro-batches
   * @param watch hears of its nodes
   */
  private Optional<StepTotals> simulate(
      Simulator simulator, boolean joins, Flattener step, SimulationObserver watch) {
    CountedFlattener counted = CountedFlattener.folded(step, fold, progress);
    Machine machine = simulator.input().machine(simulator.options().injectionScale());
    Workload workload =
        joins ? new FoldedWorkload(counted, fold, machine) : new FlattenerWorkload(counted);
    return simulate(simulator, counted, workload, watch);
  }

  private Optional<StepTotals> simulate(
      Simulator simulator, CountedFlattener counted, Workload workload, SimulationObserver watch) {
    CommunicationTimes communications =
        new CommunicationTimes(counted.groups(), fold.colours(), fold::colour);
    return simulator
        .runFolded(workload, fold, watch.and(communications))
        .map(result -> new StepTotals(result, counted.counts(), communications));
  }

  private StepReport report(StepTotals step) {
    CountingSink counts = step.counts();
    return StepReport.ofColours(
        flattener,
        step.result(),
        fold.colourOfRank(),
        fold.symmetry(),
        counts,
        used(counts),
        step.communications()::of);
  }

  /** A group is used where one that is like it is. */
  private List<UsedGroups> used(CountingSink counts) {
    Groups groups = flattener.groups();
    Set<Integer> orbits = new HashSet<>();
    Map<List<String>, BitSet> byAxes = new LinkedHashMap<>();
    BitSet kinds = new BitSet();
    for (Group group : counts.usedGroups()) {
      orbits.add(fold.orbit(group.id()).id());
      byAxes.putIfAbsent(group.axes(), new BitSet());
      kinds.set(groups.partedOf(group.id()));
    }
    kinds.stream()
        .forEach(
            kind -> {
              PartedRanks parted = groups.parted().get(kind);
              BitSet ids = Objects.requireNonNull(byAxes.get(parted.axes()));
              for (int group = 0; group < parted.groups(); group++) {
                int id = parted.id(group);
                if (orbits.contains(fold.orbit(id).id())) {
                  ids.set(id);
                }
              }
            });
    List<UsedGroups> used = new ArrayList<>();
    byAxes.forEach((axes, ids) -> used.add(UsedGroups.of(axes, ids.stream().toArray())));
    used.sort(Comparator.comparingInt(groupsOfAxes -> groupsOfAxes.ids().get(0).first()));
    return used;
  }
}
