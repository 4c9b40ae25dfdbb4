package io.heddle.runtime.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.plan.NetworkDimension.Topology;
import io.heddle.plan.mesh.Collective;
import io.heddle.runtime.cost.Implementation;
import io.heddle.runtime.simulate.SimulationResult.Status;
import io.heddle.runtime.simulate.config.NetworkConfig;
import io.heddle.runtime.simulate.config.NetworkConfig.Dimension;
import io.heddle.runtime.simulate.config.SystemConfig;
import io.heddle.runtime.simulate.workload.TraceWorkload;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.statistics.Statistics;

class RandomProgramTest {
  private static final List<String> ALGORITHMS =
      List.of(
          "ring",
          "direct",
          "direct2",
          "oneRing",
          "halvingDoubling",
          "doubleBinaryTree",
          "oneDirect3",
          "oneHalvingDoubling");

  private static NetworkConfig network(int ranks, int shape) {
    return network(ranks, shape, 500);
  }

  private static NetworkConfig network(int ranks, int shape, double latency) {
    Topology topology = List.of(Topology.values()).get(shape % 3);
    if (ranks % 2 == 0 && ranks > 2 && shape > 2) {
      return new NetworkConfig(
          List.of(
              new Dimension(Topology.FULLY_CONNECTED, 2, 200, 300),
              new Dimension(topology, ranks / 2, 50, 2 * latency)));
    }
    return TestMachine.line(topology, ranks, 50, latency);
  }

  private static SystemConfig system(NetworkConfig network, int splits, String algorithm) {
    int entries = algorithm.startsWith("one") ? 1 : network.dimensions().size();
    return TestMachine.system(
        splits, 800, Collections.nCopies(entries, algorithm).toArray(new String[0]));
  }

  @Property(tries = 200)
  void aCollectiveWorkedOutAtOnceGivesTheTicksOfItsEvents(
      @ForAll long seed,
      @ForAll @IntRange(min = 2, max = 9) int ranks,
      @ForAll @IntRange(min = 1, max = 40) int steps,
      @ForAll @IntRange(min = 0, max = 5) int shape,
      @ForAll @IntRange(min = 0, max = 3) int algorithm) {
    RandomProgram program = new RandomProgram(seed, ranks, steps, true);
    NetworkConfig network = network(ranks, shape);
    Simulator simulator =
        new Simulator(
            TestMachine.input(
                system(network, 1, ALGORITHMS.get(algorithm)), network, program.groups),
            SimulationOptions.DEFAULT);
    TraceWorkload workload = program.workload();
    RecordedTimeline atOnce = new RecordedTimeline();
    RecordedTimeline events = new RecordedTimeline();

    SimulationResult quick = simulator.run(workload, atOnce);
    SimulationResult full = simulator.run(new WholeWorkload(workload, false), events);

    assertThat(full.status()).isEqualTo(quick.status());
    assertThat(atOnce.ranks).isEqualTo(events.ranks);
    assertThat(quick).isEqualTo(full);
    if (quick.status() == Status.OK && algorithm == 0 && network.dimensions().size() == 1) {
      assertThat(quick.messages()).isEqualTo(program.messages());
      assertThat(quick.bytes()).isEqualTo(program.bytesSent());
    }
  }

  /**
   * Reductions may take longer than messages, so that messages of the second half of an all-reduce
   * overtake those of the first, and things happen in one tick.
   */
  @Property(tries = 300)
  void aDirectExchangeWorkedOutAtOnceGivesTheTicksOfItsEvents(
      @ForAll long seed,
      @ForAll @IntRange(min = 2, max = 9) int ranks,
      @ForAll @IntRange(min = 1, max = 12) int steps,
      @ForAll @IntRange(min = 0, max = 5) int shape,
      @ForAll("memories") double memory,
      @ForAll("latencies") double latency,
      @ForAll("directs") String algorithm) {
    RandomProgram program = new RandomProgram(seed, ranks, steps, true);
    NetworkConfig network = network(ranks, shape, latency);
    int entries = algorithm.startsWith("one") ? 1 : network.dimensions().size();
    SystemConfig system =
        TestMachine.system(
            1, memory, Collections.nCopies(entries, algorithm).toArray(new String[0]));
    Simulator simulator =
        new Simulator(
            TestMachine.input(system, network, program.groups), SimulationOptions.DEFAULT);
    TraceWorkload workload = program.workload();
    RecordedTimeline atOnce = new RecordedTimeline();
    RecordedTimeline events = new RecordedTimeline();

    SimulationResult quick = simulator.run(workload, atOnce);
    SimulationResult full = simulator.run(new WholeWorkload(workload, false), events);

    assertThat(atOnce.ranks).isEqualTo(events.ranks);
    assertThat(quick).isEqualTo(full);
    Statistics.collect(atOnce.restarts == 0);
    Statistics.coverage(check -> check.check(true).percentage(share -> share > 50));
  }

  /** Groups have to have a power of two of members, and exchanges are direct. */
  @Property(tries = 300)
  void halvingAndDoublingWorkedOutAtOnceGivesTheTicksOfItsEvents(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 3) int logarithm,
      @ForAll @IntRange(min = 1, max = 12) int steps,
      @ForAll @IntRange(min = 0, max = 5) int shape,
      @ForAll("memories") double memory,
      @ForAll("latencies") double latency,
      @ForAll boolean overAllRanks) {
    int ranks = 1 << logarithm;
    RandomProgram program = new RandomProgram(seed, ranks, steps, true);
    NetworkConfig network = network(ranks, shape, latency);
    String algorithm = overAllRanks ? "oneHalvingDoubling" : "halvingDoubling";
    int entries = overAllRanks ? 1 : network.dimensions().size();
    SystemConfig system =
        TestMachine.system(
            1, memory, Collections.nCopies(entries, algorithm).toArray(new String[0]));
    Map<Collective, List<Implementation>> mixed = new EnumMap<>(system.implementations());
    mixed.put(Collective.ALL_TO_ALL, Collections.nCopies(entries, Implementation.DIRECT));
    Simulator simulator =
        new Simulator(
            TestMachine.input(TestMachine.with(system, mixed), network, program.groups),
            SimulationOptions.DEFAULT);
    TraceWorkload workload = program.workload();
    RecordedTimeline atOnce = new RecordedTimeline();
    RecordedTimeline events = new RecordedTimeline();

    SimulationResult quick = simulator.run(workload, atOnce);
    SimulationResult full = simulator.run(new WholeWorkload(workload, false), events);

    assertThat(quick.status()).isEqualTo(full.status());
    if (full.status() == Status.OK) {
      assertThat(atOnce.ranks).isEqualTo(events.ranks);
      assertThat(quick).isEqualTo(full);
    }
    Statistics.collect(full.status() == Status.OK && atOnce.restarts == 0);
    Statistics.coverage(check -> check.check(true).percentage(share -> share > 20));
  }

  /** Chunks that run together end together, and those that waited begin then. */
  @Property(tries = 300)
  void chunksWorkedOutAtOnceGiveTheTicksOfTheirEvents(
      @ForAll long seed,
      @ForAll @IntRange(min = 2, max = 7) int ranks,
      @ForAll @IntRange(min = 1, max = 12) int steps,
      @ForAll @IntRange(min = 0, max = 2) int shape,
      @ForAll @IntRange(min = 2, max = 7) int splits,
      @ForAll @IntRange(min = 1, max = 4) int activeChunks,
      @ForAll("latencies") double latency,
      @ForAll boolean direct) {
    RandomProgram program = new RandomProgram(seed, ranks, steps, true);
    NetworkConfig network = network(ranks, shape, latency);
    SystemConfig system = TestMachine.system(splits, activeChunks, 800, direct ? "direct" : "ring");
    Simulator simulator =
        new Simulator(
            TestMachine.input(system, network, program.groups), SimulationOptions.DEFAULT);
    TraceWorkload workload = program.workload();
    RecordedTimeline atOnce = new RecordedTimeline();
    RecordedTimeline events = new RecordedTimeline();

    SimulationResult quick = simulator.run(workload, atOnce);
    SimulationResult full = simulator.run(new WholeWorkload(workload, false), events);

    assertThat(atOnce.ranks).isEqualTo(events.ranks);
    assertThat(quick).isEqualTo(full);
    Statistics.collect(atOnce.restarts == 0);
    Statistics.coverage(check -> check.check(true).percentage(share -> share > 50));
  }

  @Provide
  Arbitrary<Double> memories() {
    return Arbitraries.of(800.0, 8.0, 1.0);
  }

  @Provide
  Arbitrary<Double> latencies() {
    return Arbitraries.of(0.0, 10.0, 500.0);
  }

  @Provide
  Arbitrary<String> directs() {
    return Arbitraries.of("direct", "oneDirect", "direct8");
  }

  @Property(tries = 600)
  void causesComeBeforeEffectsAndEveryRunIsTheSame(
      @ForAll long seed,
      @ForAll @IntRange(min = 2, max = 8) int ranks,
      @ForAll @IntRange(min = 1, max = 30) int steps,
      @ForAll @IntRange(min = 0, max = 5) int shape,
      @ForAll @IntRange(min = 0, max = 7) int algorithm,
      @ForAll @IntRange(min = 1, max = 4) int splits,
      @ForAll @IntRange(min = 1, max = 3) int queues,
      @ForAll Backend backend,
      @ForAll boolean chained,
      @ForAll boolean rendezvous) {
    RandomProgram program = new RandomProgram(seed, ranks, steps, chained);
    NetworkConfig network = network(ranks, shape);
    Simulator simulator =
        new Simulator(
            TestMachine.input(
                system(network, splits, ALGORITHMS.get(algorithm)), network, program.groups),
            SimulationOptions.DEFAULT
                .with(backend)
                .withQueuesPerDimension(queues)
                .withRendezvous(rendezvous));
    TraceWorkload workload = program.workload();
    RecordedTimeline timeline = new RecordedTimeline();
    RecordedTimeline again = new RecordedTimeline();

    SimulationResult result = simulator.run(workload, timeline);

    assertThat(simulator.run(workload, again)).isEqualTo(result);
    assertThat(again.ranks).isEqualTo(timeline.ranks);
    assertThat(result.diagnosis().isEmpty()).isEqualTo(result.status() == Status.OK);
    timeline.ranks.forEach((rank, nodes) -> causality(program.parents.get(rank), nodes));
    if (result.status() == Status.OK) {
      for (int rank = 0; rank < ranks; rank++) {
        assertThat(timeline.ranks.get(rank)).hasSameSizeAs(program.parents.get(rank));
      }
    }
  }

  private static void causality(Map<Long, List<Long>> parents, Map<String, String> nodes) {
    nodes.forEach(
        (node, span) -> {
          assertThat(issued(span)).isLessThanOrEqualTo(completed(span));
          for (long parent : parents.get(Long.valueOf(node))) {
            assertThat(completed(nodes.get(String.valueOf(parent))))
                .isLessThanOrEqualTo(issued(span));
          }
        });
  }

  private static long issued(String span) {
    return Long.parseLong(span.substring(0, span.indexOf('.')));
  }

  private static long completed(String span) {
    return Long.parseLong(span.substring(span.lastIndexOf('.') + 1));
  }

  @Property(tries = 60)
  void runsOnOtherThreadsDoNotMeet(@ForAll long seed) throws InterruptedException {
    RandomProgram program = new RandomProgram(seed, 4, 30, true);
    NetworkConfig network = network(4, 4);
    Simulator simulator =
        new Simulator(
            TestMachine.input(system(network, 2, "ring"), network, program.groups),
            SimulationOptions.DEFAULT);
    TraceWorkload workload = program.workload();
    SimulationResult alone = simulator.run(workload);
    List<SimulationResult> together = Collections.synchronizedList(new ArrayList<>());
    List<Thread> threads = new ArrayList<>();

    for (int i = 0; i < 2; i++) {
      Thread thread = new Thread(() -> together.add(simulator.run(workload)));
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }

    assertThat(together).containsExactly(alone, alone);
  }
}
