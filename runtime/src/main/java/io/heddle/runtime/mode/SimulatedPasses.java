package io.heddle.runtime.mode;

import io.heddle.plan.mesh.Group;
import io.heddle.plan.mesh.Groups;
import io.heddle.runtime.communication.CommunicationTimes;
import io.heddle.runtime.pipeline.PipelineFlattener;
import io.heddle.runtime.report.StepProgress;
import io.heddle.runtime.report.UnfinishedStepException;
import io.heddle.runtime.simulate.LaneTimes;
import io.heddle.runtime.simulate.RankResult;
import io.heddle.runtime.simulate.SimulationInput;
import io.heddle.runtime.simulate.SimulationOptions;
import io.heddle.runtime.simulate.SimulationResult;
import io.heddle.runtime.simulate.Simulator;
import io.heddle.runtime.simulate.workload.FlattenerWorkload;
import io.heddle.runtime.trace.AlteredFlattener;
import io.heddle.runtime.trace.Emission;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Each kind of pass simulated once by itself: on the ranks of one stage that communicate in it, in
 * the plan's own network, all others idle. Where ranks of other replicas or stages lie otherwise in
 * the network, it is simulated on them, too.
 */
final class SimulatedPasses implements PassTimes {
  private final PipelineFlattener flattener;
  private final PassKinds kinds;
  private final Emission emission;
  private final Simulator simulator;
  private final PartProgress progress;
  private final @Nullable PassTime[][] times;

  private SimulatedPasses(
      PipelineFlattener flattener,
      PassKinds kinds,
      Emission emission,
      Simulator simulator,
      StepProgress progress) {
    this.flattener = flattener;
    this.kinds = kinds;
    this.emission = emission;
    this.simulator = simulator;
    this.progress = new PartProgress(progress, passes());
    this.times = new @Nullable PassTime[kinds.all().size()][flattener.mesh().ranks()];
  }

  /**
   * Simulates all kinds.
   *
   * @param progress is told of each rank that begins a pass; ranks that are like others begin none
   * @throws UnfinishedStepException if a pass does not end
   */
  static SimulatedPasses of(
      PipelineFlattener flattener,
      PassKinds kinds,
      SimulationInput machine,
      Emission emission,
      SimulationOptions options,
      StepProgress progress)
      throws UnfinishedStepException {
    SimulatedPasses passes =
        new SimulatedPasses(flattener, kinds, emission, new Simulator(machine, options), progress);
    for (PassKind kind : kinds.all()) {
      passes.simulate(kind);
    }
    return passes;
  }

  @Override
  public PassTime of(int rank, PassKind kind) {
    PassTime time = times[kind.index()][rank];
    if (time == null) {
      throw new IllegalArgumentException("rank " + rank + " has no " + kind.pass());
    }
    return time;
  }

  /** How many passes there are, each on every rank that runs it. */
  private long passes() {
    return kinds.all().stream()
        .mapToLong(
            kind ->
                IntStream.range(0, flattener.mesh().ranks())
                    .filter(rank -> kinds.has(flattener.stage(rank), kind))
                    .count())
        .sum();
  }

  private void simulate(PassKind kind) throws UnfinishedStepException {
    int groupKinds = flattener.groups().kinds();
    List<Integer> used =
        kind.counts().usedGroups().stream()
            .map(group -> Groups.kindOf(group, groupKinds))
            .distinct()
            .toList();
    @Nullable PassTime[] ofRank = times[kind.index()];
    Map<Integer, PassTime[]> byShape = new HashMap<>();
    for (int rank = 0; rank < ofRank.length; rank++) {
      if (ofRank[rank] == null && kinds.has(flattener.stage(rank), kind)) {
        int[] members = together(rank, used);
        int shape = kinds.offsets().shape(members[0], members);
        PassTime[] known = byShape.get(shape);
        if (known == null) {
          known = simulate(kind, members);
          byShape.put(shape, known);
        }
        for (int i = 0; i < members.length; i++) {
          ofRank[members[i]] = known[i];
        }
      }
    }
  }

  /** All ranks that a rank communicates with, themselves or through others, ascending. */
  private int[] together(int rank, List<Integer> used) {
    BitSet found = new BitSet();
    Deque<Integer> next = new ArrayDeque<>();
    found.set(rank);
    next.add(rank);
    while (!next.isEmpty()) {
      @Nullable Group[] groups = flattener.groups().of(next.remove());
      for (int kind : used) {
        Group group = groups[kind];
        for (int i = 0; group != null && i < group.size(); i++) {
          if (!found.get(group.member(i))) {
            found.set(group.member(i));
            next.add(group.member(i));
          }
        }
      }
    }
    return found.stream().toArray();
  }

  private PassTime[] simulate(PassKind kind, int[] members) throws UnfinishedStepException {
    CommunicationTimes communication =
        new CommunicationTimes(flattener.groups(), flattener.mesh().ranks());
    SimulationResult result =
        simulator.run(
            new FlattenerWorkload(
                new AlteredFlattener(
                    new OnePassFlattener(flattener, kind, members, progress), emission)),
            communication);
    if (result.status() != SimulationResult.Status.OK) {
      throw new UnfinishedStepException(result);
    }
    PassTime[] ofMembers = new PassTime[members.length];
    for (int i = 0; i < members.length; i++) {
      RankResult rank = result.ranks().get(members[i]);
      long compute = rank.lanes().map(LaneTimes::compute).orElseThrow();
      ofMembers[i] =
          new PassTime(
              result.maxCycles(), compute, CommunicationSums.of(communication.of(members[i])));
    }
    return ofMembers;
  }
}
