package io.heddle.processor.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.plan.mesh.Collective;
import io.heddle.runtime.cost.Implementation;
import io.heddle.runtime.fold.Fold;
import io.heddle.runtime.simulate.RankResult;
import io.heddle.runtime.simulate.SimulationInput;
import io.heddle.runtime.simulate.SimulationOptions;
import io.heddle.runtime.simulate.SimulationResult;
import io.heddle.runtime.simulate.SimulationResult.Status;
import io.heddle.runtime.simulate.Simulator;
import io.heddle.runtime.simulate.config.SystemConfig;
import io.heddle.runtime.simulate.workload.FlattenerWorkload;
import io.heddle.runtime.simulate.workload.NodeSource;
import io.heddle.runtime.simulate.workload.NodeTable;
import io.heddle.runtime.simulate.workload.SimulationObserver;
import io.heddle.runtime.simulate.workload.Workload;
import io.heddle.runtime.trace.Flattener;
import java.io.IOException;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.statistics.Statistics;

/**
 * Where collectives are direct, or go by halving and doubling, one rank of each colour ends as each
 * rank of the colour does that runs by itself, and as it does where collectives run event by event.
 */
final class DirectFoldingProperties {
  private static final List<String> ALGORITHMS = List.of("direct", "oneDirect", "direct100");

  private static final List<String> HALVING = List.of("halvingDoubling", "oneHalvingDoubling");

  @Provide
  Arbitrary<Long> seeds() {
    return Arbitraries.longs();
  }

  @Property(tries = 100)
  void directCollectivesFold(@ForAll("seeds") long seed) {
    Random random = new Random(seed);
    Optional<Flattener> any = RandomFlattener.of(RandomModel.text(seed), random);
    Assume.that(any.isPresent());
    Flattener flattener = any.get();
    Statistics.collect(folds(flattener, machine(flattener, random, ALGORITHMS)));
    Statistics.coverage(check -> check.check(true).count(count -> count > 0));
  }

  /** It runs on groups with a power of two of members. */
  @Property(tries = 100)
  void halvingAndDoublingFolds(@ForAll("seeds") long seed) {
    Random random = new Random(seed);
    Optional<Flattener> any = RandomFlattener.of(RandomModel.text(seed), random);
    Assume.that(any.isPresent());
    Flattener flattener = any.get();
    Statistics.collect(folds(flattener, machine(flattener, random, HALVING)));
    Statistics.coverage(check -> check.check(true).count(count -> count > 0));
  }

  private static boolean folds(Flattener flattener, SimulationInput machine) {
    FlattenerWorkload workload = new FlattenerWorkload(flattener);
    SimulationResult events = run(machine, new EventByEvent(workload));
    Assume.that(events.status() == Status.OK);
    SimulationResult atOnce = run(machine, workload);
    assertThat(atOnce.ranks()).isEqualTo(events.ranks());
    assertThat(total(atOnce)).isEqualTo(total(events));
    Simulator simulator = new Simulator(machine, SimulationOptions.DEFAULT);
    Optional<SimulationResult> folded =
        Fold.run(
            flattener,
            machine.machine(),
            fold -> {
              Optional<SimulationResult> few =
                  simulator.runFolded(workload, fold, SimulationObserver.NONE);
              few.ifPresent(result -> assertSame(fold, result, events));
              return few;
            });
    return folded.isPresent();
  }

  /** A workload of which nothing is known that would let a collective be worked out at once. */
  private record EventByEvent(Workload workload) implements Workload {
    @Override
    public int ranks() {
      return workload.ranks();
    }

    @Override
    public void each(int rank, Visitor visitor) throws IOException {
      workload.each(rank, visitor);
    }

    @Override
    public NodeSource open(int rank) throws IOException {
      NodeSource source = workload.open(rank);
      return new NodeSource() {
        @Override
        public boolean load(NodeTable table) throws IOException {
          return source.load(table);
        }

        @Override
        public boolean chained() {
          return false;
        }

        @Override
        public String locate(long nodeId) {
          return source.locate(nodeId);
        }
      };
    }
  }

  private static SimulationResult run(SimulationInput machine, Workload workload) {
    return new Simulator(machine, SimulationOptions.DEFAULT).run(workload);
  }

  private static SimulationInput machine(
      Flattener flattener, Random random, List<String> algorithms) {
    SimulationInput rings = SimulationInput.of(flattener);
    Map<Collective, List<Implementation>> implementations = new EnumMap<>(Collective.class);
    for (Collective collective : Collective.values()) {
      List<String> known = collective.isExchange() ? ALGORITHMS : algorithms;
      String name = known.get(random.nextInt(known.size()));
      Implementation one = Implementation.named(name).orElseThrow();
      int dimensions = one.overAllRanks() ? 1 : rings.network().dimensions().size();
      implementations.put(collective, Collections.nCopies(dimensions, one));
    }
    SystemConfig system = rings.system();
    return new SimulationInput(
        new SystemConfig(
            system.schedulingPolicy(),
            system.optimization(),
            system.endpointDelay(),
            system.activeChunks(),
            system.splits(),
            implementations,
            system.localMemoryBandwidth(),
            system.peakPerformance(),
            system.roofline(),
            system.replayOnly()),
        rings.network(),
        rings.memory(),
        rings.groups());
  }

  private static void assertSame(Fold fold, SimulationResult folded, SimulationResult whole) {
    Map<Integer, RankResult> byRank = new HashMap<>();
    folded.ranks().forEach(rank -> byRank.put(rank.rank(), rank));
    for (RankResult rank : whole.ranks()) {
      RankResult standIn = byRank.get(fold.representative(rank.rank()));
      assertThat(standIn).usingRecursiveComparison().ignoringFields("rank").isEqualTo(rank);
    }
    assertThat(total(folded)).isEqualTo(total(whole));
  }

  private static List<Long> total(SimulationResult result) {
    return List.of(result.maxCycles(), result.nodes(), result.messages(), result.bytes());
  }
}
