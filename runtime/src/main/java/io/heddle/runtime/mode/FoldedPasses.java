package io.heddle.runtime.mode;

import io.heddle.plan.mesh.Group;
import io.heddle.plan.mesh.Groups;
import io.heddle.runtime.communication.CommunicationTimes;
import io.heddle.runtime.fold.Fold;
import io.heddle.runtime.pipeline.PipelineFlattener;
import io.heddle.runtime.report.StepProgress;
import io.heddle.runtime.simulate.LaneTimes;
import io.heddle.runtime.simulate.RankResult;
import io.heddle.runtime.simulate.SimulationInput;
import io.heddle.runtime.simulate.SimulationOptions;
import io.heddle.runtime.simulate.SimulationResult;
import io.heddle.runtime.simulate.Simulator;
import io.heddle.runtime.simulate.workload.FlattenerWorkload;
import io.heddle.runtime.trace.AlteredFlattener;
import io.heddle.runtime.trace.Emission;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Each kind of pass simulated once by itself, on one rank of each colour: what {@link
 * SimulatedPasses} finds on all ranks. Ranks of one colour have equal passes, for colours tell
 * apart whatever passes depend on and more.
 */
final class FoldedPasses implements PassTimes {
  private final PipelineFlattener flattener;
  private final PassKinds kinds;
  private final Fold fold;
  private final Emission emission;
  private final Simulator simulator;
  private final PartProgress progress;
  private final @Nullable PassTime[][] times;

  private FoldedPasses(
      PipelineFlattener flattener,
      PassKinds kinds,
      Fold fold,
      Emission emission,
      Simulator simulator,
      StepProgress progress) {
    this.flattener = flattener;
    this.kinds = kinds;
    this.fold = fold;
    this.emission = emission;
    this.simulator = simulator;
    this.progress = new PartProgress(progress, passes());
    this.times = new @Nullable PassTime[kinds.all().size()][fold.colours()];
  }

  /**
   * Simulates all kinds; empty where a pass cannot be folded.
   *
   * @param progress is told of each rank that begins a pass
   * @throws io.heddle.runtime.fold.FinerColoursException if it can with more colours
   */
  static Optional<FoldedPasses> of(
      PipelineFlattener flattener,
      PassKinds kinds,
      Fold fold,
      SimulationInput machine,
      Emission emission,
      SimulationOptions options,
      StepProgress progress) {
    FoldedPasses passes =
        new FoldedPasses(
            flattener, kinds, fold, emission, new Simulator(machine, options), progress);
    for (PassKind kind : kinds.all()) {
      if (!passes.simulate(kind)) {
        return Optional.empty();
      }
    }
    return Optional.of(passes);
  }

  @Override
  public PassTime of(int rank, PassKind kind) {
    PassTime time = times[kind.index()][fold.colour(rank)];
    if (time == null) {
      throw new IllegalArgumentException("rank " + rank + " has no " + kind.pass());
    }
    return time;
  }

  /** How many passes are simulated, each on every rank that runs it. */
  private long passes() {
    return kinds.all().stream().mapToLong(kind -> members(kind).count()).sum();
  }

  private IntStream members(PassKind kind) {
    return IntStream.range(0, fold.colours())
        .map(fold::representativeOf)
        .filter(rank -> kinds.has(flattener.stage(rank), kind));
  }

  private boolean simulate(PassKind kind) {
    int[] members = members(kind).toArray();
    CommunicationTimes communication =
        new CommunicationTimes(flattener.groups(), fold.colours(), fold::colour);
    OnePassFlattener pass = new OnePassFlattener(flattener, kind, members, progress);
    Optional<SimulationResult> result =
        simulator.runFolded(
            new FlattenerWorkload(new AlteredFlattener(pass, emission)), fold, communication);
    if (result.isEmpty()) {
      return false;
    }
    List<RankResult> ofColour = result.get().ranks();
    int[] together = together(kind, members);
    long[] longest = new long[together.length];
    for (int member : members) {
      int colour = fold.colour(member);
      long end = ofColour.get(colour).cycles();
      longest[together[colour]] = Math.max(longest[together[colour]], end);
    }
    for (int member : members) {
      int colour = fold.colour(member);
      times[kind.index()][colour] =
          new PassTime(
              longest[together[colour]],
              ofColour.get(colour).lanes().map(LaneTimes::compute).orElseThrow(),
              CommunicationSums.of(communication.of(member)));
    }
    return true;
  }

  /** Of each colour one that stands for those whose ranks communicate, also through others. */
  private int[] together(PassKind kind, int[] members) {
    int groupKinds = flattener.groups().kinds();
    List<Integer> used =
        kind.counts().usedGroups().stream()
            .map(group -> Groups.kindOf(group, groupKinds))
            .distinct()
            .toList();
    int[] joined = IntStream.range(0, fold.colours()).toArray();
    for (int member : members) {
      @Nullable Group[] groups = flattener.groups().of(member);
      for (int number : used) {
        Group group = groups[number];
        for (int i = 0; group != null && i < group.size(); i++) {
          int one = root(joined, fold.colour(member));
          joined[root(joined, fold.colour(group.member(i)))] = one;
        }
      }
    }
    int[] roots = new int[joined.length];
    Arrays.setAll(roots, colour -> root(joined, colour));
    return roots;
  }

  private static int root(int[] joined, int colour) {
    int at = colour;
    while (joined[at] != at) {
      at = joined[at];
    }
    return at;
  }
}
