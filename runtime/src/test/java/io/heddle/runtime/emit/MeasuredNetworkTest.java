package io.heddle.runtime.emit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.heddle.plan.Cluster;
import io.heddle.plan.Engine;
import io.heddle.plan.NetworkDimension;
import io.heddle.plan.NetworkDimension.Topology;
import io.heddle.plan.figure.EngineFigure;
import io.heddle.plan.figure.MeasuredTransfer;
import io.heddle.plan.figure.TransferFigures;
import io.heddle.plan.mesh.Collective;
import io.heddle.plan.mesh.Group;
import io.heddle.runtime.astrasim.Warnings;
import io.heddle.runtime.cost.CarriedBytes;
import io.heddle.runtime.cost.CollectiveCost;
import io.heddle.runtime.cost.Machine;
import io.heddle.runtime.cost.MessageCost;
import io.heddle.runtime.report.StepProgress;
import io.heddle.runtime.report.StepReport;
import io.heddle.runtime.report.StepSimulation;
import io.heddle.runtime.report.UnfinishedStepException;
import io.heddle.runtime.trace.Kernel;
import io.heddle.runtime.trace.NodeHeader;
import io.heddle.runtime.trace.NodeSink;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Collectives and messages take as long as the figures of their network say. */
class MeasuredNetworkTest {
  private static final List<MeasuredTransfer> KINDS =
      List.of(
          MeasuredTransfer.ALL_GATHER,
          MeasuredTransfer.REDUCE_SCATTER,
          MeasuredTransfer.ALL_REDUCE,
          MeasuredTransfer.ALL_TO_ALL,
          MeasuredTransfer.MESSAGE);

  private static NetworkDimension measured(int size, double bandwidth, double start) {
    List<TransferFigures> lines =
        KINDS.stream()
            .map(kind -> new TransferFigures(kind, 0, bandwidth / 2, 1e6, start))
            .toList();
    return new NetworkDimension(Topology.SWITCH, size, bandwidth, 100, lines);
  }

  private static NetworkDimension plain(NetworkDimension dimension) {
    return new NetworkDimension(
        dimension.topology(), dimension.size(), dimension.bandwidth(), dimension.latencyNanos());
  }

  private static RingFlattener flattener(NetworkDimension... network) {
    return RingFlattener.on(2, 4, 3, 1 << 20, network);
  }

  private static final NetworkDimension NODE = measured(4, 400e9, 20_000);
  private static final NetworkDimension NODES = measured(2, 50e9, 50_000);

  @Test
  void whatIsCarriedTakesAsLongAsTheFiguresSay() {
    RingFlattener flattener = flattener(NODE, NODES);
    CarriedBytes carried = Objects.requireNonNull(flattener.pipeline().carriedBytes());
    CollectiveCost cost = new CollectiveCost(Machine.of(flattener.plan().cluster()));
    for (Group group : flattener.groups().all()) {
      for (Collective collective : Collective.values()) {
        for (long bytes = 64; bytes < 1L << 32; bytes *= 37) {
          double wanted = carried.nanos(group, collective, bytes);
          long size = carried.collective(group, collective, bytes);
          // A byte more in a message is at most a ns more in each of its hops.
          assertThat((double) cost.nanos(group, collective, size))
              .as("%s of %s over %s", collective, bytes, group.name())
              .isBetween(wanted - 40, wanted + 40);
        }
      }
    }
    assertThat(carried.floors()).isEmpty();
  }

  @Test
  void aMessageCarriesAsMuchAtBothEnds() {
    RingFlattener flattener = flattener(NODE, NODES);
    CarriedBytes carried = Objects.requireNonNull(flattener.pipeline().carriedBytes());
    MessageCost cost = new MessageCost(Machine.of(flattener.plan().cluster()));
    Group all = flattener.groups().all().get(0);
    for (int to = 1; to < 8; to++) {
      long size = carried.message(0, to, 1 << 20);
      assertThat(carried.message(to, 0, 1 << 20)).isEqualTo(size);
      double start = to < 4 ? 20_000 : 50_000;
      double rate = to < 4 ? 200 : 25;
      double wanted = start + ((1 << 20) + Math.sqrt(1e6 * (1 << 20))) / rate;
      assertThat((double) cost.nanos(0, to, size)).isBetween(wanted - 2, wanted + 2);
      assertThat(carried.exchanged(all, 0, to, 1000))
          .isEqualTo(carried.exchanged(all, to, 0, 1000));
    }
  }

  @Test
  void whatHopsAloneTakeLongerForIsNamed() throws UnfinishedStepException {
    NetworkDimension quick = measured(8, 400e9, 1);
    NetworkDimension slow =
        new NetworkDimension(
            Topology.SWITCH, quick.size(), quick.bandwidth(), 5000, quick.transfers());
    RingFlattener flattener = flattener(slow);
    CarriedBytes carried = Objects.requireNonNull(flattener.pipeline().carriedBytes());
    Group all = flattener.groups().all().get(0);
    assertThat(all.size()).isEqualTo(8);
    assertThat(carried.collective(all, Collective.ALL_GATHER, 10)).isEqualTo(1);
    assertThat(carried.floors())
        .hasSize(1)
        .allSatisfy(floor -> assertThat(floor.floorNanos()).isGreaterThan(30_000));
    StepReport report = StepSimulation.run(flattener, StepProgress.SILENT);
    assertThat(Warnings.of(flattener, report.counts()))
        .anyMatch(
            warning ->
                warning.startsWith("The all-gather over ")
                    && warning.contains("by the latency of its hops alone"));
  }

  @Test
  void aNetworkWithoutFiguresCarriesTheBytes() {
    assertThat(flattener(plain(NODE), plain(NODES)).pipeline().carriedBytes()).isNull();
    assertThat(
            CarriedBytes.of(
                new Cluster(
                    "c", flattener(NODE, NODES).plan().cluster().device(), List.of(plain(NODE)))))
        .isNull();
  }

  /** What an engine hides of an exchange, it hides of no other collective. */
  @Test
  void anEngineHidesExchanges() {
    RingFlattener flattener = flattener(NODE, NODES);
    Cluster cluster = flattener.plan().cluster();
    Engine hiding = Engine.called("hiding").with(EngineFigure.EXCHANGES_EXPOSED, 0.1);
    CarriedBytes all = Objects.requireNonNull(CarriedBytes.of(cluster));
    CarriedBytes some = Objects.requireNonNull(CarriedBytes.of(cluster, hiding));
    Group group = flattener.groups().all().get(0);
    for (Collective collective : Collective.values()) {
      double share = collective == Collective.ALL_TO_ALL ? 0.1 : 1;
      assertThat(some.nanos(group, collective, 1 << 20))
          .isCloseTo(share * all.nanos(group, collective, 1 << 20), within(1.0));
    }
    assertThat(some.exchanged(group, 0, 1, 1 << 20))
        .isLessThan(all.exchanged(group, 0, 1, 1 << 20));
    Cluster plain = new Cluster("c", cluster.device(), List.of(plain(NODE), plain(NODES)));
    CarriedBytes unmeasured = Objects.requireNonNull(CarriedBytes.of(plain, hiding));
    assertThat(unmeasured.collective(group, Collective.ALL_TO_ALL, 1000)).isEqualTo(100);
    assertThat(unmeasured.collective(group, Collective.ALL_REDUCE, 1000)).isEqualTo(1000);
  }

  /** All that is counted is nominal; only times differ. */
  @Test
  void countsAreThoseOfTheWork() throws UnfinishedStepException {
    StepReport nominal =
        StepSimulation.run(flattener(plain(NODE), plain(NODES)), StepProgress.SILENT);
    StepReport measured = StepSimulation.run(flattener(NODE, NODES), StepProgress.SILENT);
    assertThat(measured.counts().sentBytes()).isEqualTo(nominal.counts().sentBytes());
    assertThat(measured.iterationNanos()).isGreaterThan(nominal.iterationNanos());
  }

  @Test
  void bothEndsOfEveryMessageCarryTheSame() {
    RingFlattener flattener = flattener(NODE, NODES);
    List<String> sent = new ArrayList<>();
    List<String> received = new ArrayList<>();
    for (int rank = 0; rank < flattener.mesh().ranks(); rank++) {
      int own = rank;
      flattener.emit(
          rank,
          new NodeSink() {
            @Override
            public void compute(NodeHeader node, Kernel kernel) {}

            @Override
            public void collective(
                NodeHeader node, Collective collective, Group group, long bytes) {}

            @Override
            public void send(NodeHeader node, int peer, int tag, long bytes) {
              assertThat(node.carried(bytes)).isGreaterThan(bytes);
              sent.add(own + " " + peer + " " + tag + " " + node.carried(bytes));
            }

            @Override
            public void receive(NodeHeader node, int peer, int tag, long bytes) {
              received.add(peer + " " + own + " " + tag + " " + node.carried(bytes));
            }
          });
    }
    assertThat(sent).isNotEmpty().containsExactlyInAnyOrderElementsOf(received);
  }
}
