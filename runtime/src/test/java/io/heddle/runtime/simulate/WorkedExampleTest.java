package io.heddle.runtime.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.plan.NetworkDimension.Topology;
import io.heddle.plan.mesh.Collective;
import io.heddle.runtime.simulate.config.NetworkConfig;
import io.heddle.runtime.simulate.config.NetworkConfig.Dimension;
import io.heddle.runtime.simulate.config.SystemConfig;
import io.heddle.runtime.simulate.workload.NodeKind;
import io.heddle.runtime.simulate.workload.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

/** Runs that can be worked out by hand. */
class WorkedExampleTest {
  private static final double GB = (1 << 30) / 1e9;

  private static long cycles(SystemConfig system, NetworkConfig network, Workload workload) {
    return cycles(system, network, workload, Backend.CONGESTION_UNAWARE);
  }

  private static long cycles(
      SystemConfig system, NetworkConfig network, Workload workload, Backend backend) {
    SimulationResult result =
        new Simulator(
                TestMachine.input(system, network, Map.of()),
                SimulationOptions.DEFAULT.with(backend))
            .run(workload);
    assertThat(result.diagnosis()).isEmpty();
    return result.maxCycles();
  }

  private static EtBytes one(Collective collective, long bytes) {
    return new EtBytes().add(EtBytes.collective(0, collective, 0, bytes));
  }

  @Test
  void anAllReduceOverARingOfFour() {
    long cycles =
        cycles(
            TestMachine.system(1, 1600, "ring"),
            TestMachine.line(Topology.RING, 4, 50, 500),
            TestMachine.everywhere(4, one(Collective.ALL_REDUCE, 1 << 20)));

    assertThat(cycles).isEqualTo(7 * 10 + 3 * 489 + 6 * 5382).isEqualTo(33829);
  }

  @Test
  void anAllReduceOverARingOfEightInFourChunksOneAfterTheOther() {
    long cycles =
        cycles(
            TestMachine.system(4, 50, "ring"),
            TestMachine.line(Topology.RING, 8, 50, 500),
            TestMachine.everywhere(8, one(Collective.ALL_REDUCE, 1 << 20)));

    assertThat(cycles).isEqualTo(4 * (15 * 10 + 7 * 1965 + 14 * 1110)).isEqualTo(117780);
  }

  @Test
  void aDirectAllReduceOverEightFullyConnected() {
    long cycles =
        cycles(
            TestMachine.system(1, 1600, "direct"),
            TestMachine.line(Topology.FULLY_CONNECTED, 8, 100, 200),
            TestMachine.everywhere(8, one(Collective.ALL_REDUCE, 8 << 20)));

    assertThat(cycles).isEqualTo(10 + 9965 + (10 + 1965) + 9965 + 10).isEqualTo(21925);
  }

  @Test
  void aMessageOverOneHop() {
    EtBytes sender = new EtBytes().add(EtBytes.send(0, 1, 7, 1 << 20));
    EtBytes receiver = new EtBytes().add(EtBytes.receive(0, 0, 7, 1 << 20));

    long cycles =
        cycles(
            TestMachine.system(1, 1600, "ring"),
            TestMachine.line(Topology.RING, 2, 50, 500),
            TestMachine.traces(List.of(sender, receiver)));

    assertThat(cycles).isEqualTo(20031);
  }

  @Property(tries = 300)
  void allRanksOfASymmetricRingFinishTogetherAndWhenTheFormulaSays(
      @ForAll @IntRange(min = 2, max = 17) int n,
      @ForAll Collective collective,
      @ForAll @LongRange(min = 17, max = 1L << 40) long bytes,
      @ForAll @IntRange(min = 1, max = 400) int bandwidth,
      @ForAll @IntRange(min = 0, max = 5000) int latency,
      @ForAll boolean chained) {
    Workload workload =
        new WholeWorkload(TestMachine.everywhere(n, one(collective, bytes)), chained);

    SimulationResult result =
        new Simulator(
                TestMachine.input(
                    TestMachine.system(1, 1600, "ring"),
                    TestMachine.line(Topology.RING, n, bandwidth, latency),
                    Map.of()),
                SimulationOptions.DEFAULT)
            .run(workload);

    long message = collective == Collective.ALL_GATHER ? bytes : bytes / n;
    // As AstraSim has it: multiplied first, divided then.
    double bytesPerNano = (double) bandwidth * (1 << 30) / 1e9;
    long c = (long) (latency + message / bytesPerNano);
    long p = 3 * (long) (message / 1600e9 * 1e9);
    long m = (long) n * (n - 1) / 2;
    long expected =
        switch (collective) {
          case ALL_REDUCE -> (2L * n - 1) * 10 + (n - 1) * p + 2L * (n - 1) * c;
          case REDUCE_SCATTER -> n * 10L + (n - 1) * p + (n - 1) * c;
          case ALL_GATHER -> n * 10L + (n - 1) * c;
          case ALL_TO_ALL -> (m + 1) * 10 + m * c;
        };
    assertThat(result.ranks()).hasSize(n);
    assertThat(result.ranks()).allSatisfy(rank -> assertThat(rank.cycles()).isEqualTo(expected));
  }

  @Test
  void messagesOfTwoDimensionsTakeOneAfterTheOtherWithCongestion() {
    NetworkConfig network =
        new NetworkConfig(
            List.of(
                new Dimension(Topology.RING, 4, 50, 500),
                new Dimension(Topology.SWITCH, 2, 25, 2000)));
    // From rank 0 two steps round the ring to rank 2, then up and down the switch to rank 6.
    List<EtBytes> traces = new ArrayList<>();
    for (int rank = 0; rank < 8; rank++) {
      traces.add(new EtBytes().add(EtBytes.compute(9, 1)));
    }
    traces.get(0).add(EtBytes.send(0, 6, 1, 1 << 20));
    traces.get(6).add(EtBytes.receive(0, 0, 1, 1 << 20));

    long cycles =
        cycles(
            TestMachine.system(1, 1600, "ring"),
            network,
            TestMachine.traces(traces),
            Backend.CONGESTION_AWARE);

    long hop = (long) (500 + (1 << 20) / (50 * GB));
    long up = (long) (2000 + (1 << 20) / (25 * GB));
    assertThat(cycles).isEqualTo(2 * hop + 2 * up);
  }

  @Test
  void messagesThatShareALinkWaitForEachOther() {
    // Ranks 0 and 1 both send to rank 2 through the one link down from the switch.
    List<EtBytes> traces =
        List.of(
            new EtBytes().add(EtBytes.send(0, 2, 1, 1 << 20)),
            new EtBytes().add(EtBytes.send(0, 2, 1, 1 << 20)),
            new EtBytes()
                .add(EtBytes.receive(0, 0, 1, 1 << 20))
                .add(EtBytes.receive(1, 1, 1, 1 << 20)));

    long cycles =
        cycles(
            TestMachine.system(1, 1600, "ring"),
            TestMachine.line(Topology.SWITCH, 3, 50, 500),
            TestMachine.traces(traces),
            Backend.CONGESTION_AWARE);

    long serialization = (long) ((1 << 20) / (50 * GB));
    long hop = (long) (500 + (1 << 20) / (50 * GB));
    assertThat(cycles).isEqualTo(2 * hop + serialization);
  }

  @Test
  void exposedCommunicationIsWhatTheComputeLaneDoesNotCover() {
    List<EtBytes> traces =
        List.of(
            new EtBytes()
                .add(EtBytes.compute(0, 10))
                .add(EtBytes.send(1, 1, 1, 1 << 20))
                .add(EtBytes.compute(2, 3).after(1)),
            new EtBytes().add(EtBytes.receive(0, 0, 1, 1 << 20)));
    List<Long> exposed = new ArrayList<>();

    SimulationResult result =
        new Simulator(
                TestMachine.input(
                    TestMachine.system(1, 1600, "ring"),
                    TestMachine.line(Topology.RING, 2, 50, 500),
                    Map.of()),
                SimulationOptions.DEFAULT)
            .run(
                TestMachine.traces(traces),
                (rank, node, kind, collective, group, issued, completed, open) -> {
                  if (kind == NodeKind.SEND) {
                    exposed.add(open);
                  }
                });

    LaneTimes lanes = result.ranks().get(0).lanes().orElseThrow();
    assertThat(lanes).isEqualTo(new LaneTimes(13_000, 20_031, 10_031, 0));
    assertThat(exposed).containsExactly(10_031L);
    assertThat(result.ranks().get(1).lanes()).contains(new LaneTimes(0, 0, 0, 20_031));
  }
}
