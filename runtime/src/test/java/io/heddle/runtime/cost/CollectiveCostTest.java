package io.heddle.runtime.cost;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.plan.Cluster;
import io.heddle.plan.Device;
import io.heddle.plan.NetworkDimension;
import io.heddle.plan.NetworkDimension.Topology;
import io.heddle.plan.NumberFormat;
import io.heddle.plan.Optimizer;
import io.heddle.plan.PlanValues;
import io.heddle.plan.Precision;
import io.heddle.plan.Recompute;
import io.heddle.plan.Schedule;
import io.heddle.plan.StageSplit;
import io.heddle.plan.mesh.Axis;
import io.heddle.plan.mesh.Collective;
import io.heddle.plan.mesh.Group;
import io.heddle.plan.mesh.GroupKind;
import io.heddle.runtime.emit.Exchange;
import io.heddle.runtime.emit.RankEmitter;
import io.heddle.runtime.pipeline.EmptyFlattener;
import io.heddle.runtime.simulate.SimulationInput;
import io.heddle.runtime.simulate.SimulationOptions;
import io.heddle.runtime.simulate.SimulationResult;
import io.heddle.runtime.simulate.Simulator;
import io.heddle.runtime.simulate.workload.FlattenerWorkload;
import io.heddle.runtime.trace.Flattener;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

/**
 * A collective takes by formula what it takes in the simulator, alone: each member, to the tick.
 */
final class CollectiveCostTest {
  private static final List<GroupKind> KINDS =
      List.of(
          GroupKind.all("a"),
          GroupKind.all("b"),
          GroupKind.all("c"),
          GroupKind.all("a", "b"),
          GroupKind.all("b", "c"),
          GroupKind.all("a", "b", "c"));

  /** Every rank runs one collective, or sends one message to the next rank. */
  private static final class OneNode extends EmptyFlattener {
    private final int kind;
    private final Collective collective;
    private final long bytes;

    OneNode(PlanValues plan, int kind, Collective collective, long bytes) {
      super(plan, "", KINDS);
      this.kind = kind;
      this.collective = collective;
      this.bytes = bytes;
      schedule(1, 1);
    }

    @Override
    protected long forwardEmbed(RankEmitter rank) {
      return switch (collective) {
        case ALL_REDUCE -> rank.allReduce("x", kind, bytes);
        case ALL_GATHER -> rank.allGather("x", kind, bytes);
        case REDUCE_SCATTER -> rank.reduceScatter("x", kind, bytes);
        case ALL_TO_ALL -> rank.allToAll("x", kind, bytes, Exchange.DIRECT);
      };
    }
  }

  private static PlanValues plan(
      List<Axis> axes, List<NetworkDimension> network, double memoryBandwidth) {
    return new PlanValues(
        "one",
        "node",
        Map.of(),
        axes,
        1,
        1,
        new Schedule("gpipe", 1),
        StageSplit.EQUAL,
        Recompute.NONE,
        new Optimizer(Optimizer.Algorithm.ADAM, List.of()),
        new Precision(NumberFormat.BF16, NumberFormat.FP32),
        new Cluster("test", new Device("d", 1e15, 1, 1L << 36, memoryBandwidth, 0.75), network));
  }

  private static Group group(Flattener flattener, int kind, int rank) {
    return java.util.Objects.requireNonNull(flattener.groups().of(rank)[kind]);
  }

  private static void agree(Flattener flattener, int kind, Collective collective, long bytes) {
    SimulationResult result =
        new Simulator(SimulationInput.of(flattener), SimulationOptions.DEFAULT)
            .run(new FlattenerWorkload(flattener));
    assertThat(result.diagnosis()).isEmpty();
    List<Long> simulated = new ArrayList<>();
    List<Long> said = new ArrayList<>();
    List<Long> last = new ArrayList<>();
    List<Long> lastSimulated = new ArrayList<>();
    CollectiveCost cost = new CollectiveCost(Machine.of(flattener.plan().cluster()));
    for (int rank = 0; rank < flattener.mesh().ranks(); rank++) {
      simulated.add(result.rank(rank).orElseThrow().cycles());
      Group group = group(flattener, kind, rank);
      said.add(cost.nanosOf(rank, group, collective, bytes));
      last.add(cost.nanos(group, collective, bytes));
      long latest = 0;
      for (int member : group.ring()) {
        latest = Math.max(latest, result.rank(member).orElseThrow().cycles());
      }
      lastSimulated.add(latest);
    }
    assertThat(said).isEqualTo(simulated);
    assertThat(last).isEqualTo(lastSimulated);
  }

  @Property(tries = 300)
  void isThatOfTheSimulator(
      @ForAll @Size(3) List<@IntRange(min = 1, max = 4) Integer> sizes,
      @ForAll @Size(3) List<Topology> topologies,
      @ForAll @Size(3) List<@DoubleRange(min = 0.1, max = 900) Double> gigabytes,
      @ForAll @DoubleRange(min = 0, max = 5000) double latency,
      @ForAll @DoubleRange(min = 1, max = 8000) double memory,
      @ForAll boolean flat,
      @ForAll @IntRange(min = 0, max = 5) int kind,
      @ForAll Collective collective,
      @ForAll @LongRange(min = 1, max = 1L << 32) long bytes) {
    List<Axis> axes =
        List.of(
            new Axis("a", sizes.get(0)), new Axis("b", sizes.get(1)), new Axis("c", sizes.get(2)));
    List<NetworkDimension> network = new ArrayList<>();
    if (flat) {
      int all = sizes.get(0) * sizes.get(1) * sizes.get(2);
      network.add(new NetworkDimension(topologies.get(0), all, gigabytes.get(0) * 1e9, latency));
    } else {
      for (int d = 0; d < 3; d++) {
        network.add(
            new NetworkDimension(
                topologies.get(d), sizes.get(2 - d), gigabytes.get(d) * 1e9, latency * (d + 1)));
      }
    }
    Flattener flattener = new OneNode(plan(axes, network, memory * 1e9), kind, collective, bytes);
    if (flattener.groups().of(0)[kind] != null) {
      agree(flattener, kind, collective, bytes);
    }
  }

  /** Whoever begins last, and however much later than the others. */
  @Property(tries = 300)
  void someMemberIsDoneNoSoonerAfterTheLastThanAtLeast(
      @ForAll Random random, @ForAll Topology topology, @ForAll @IntRange(min = 2, max = 9) int n) {
    int inner = 1 + random.nextInt(3);
    int outer = 1 + random.nextInt(3);
    NetworkDimension network = new NetworkDimension(topology, outer * n * inner, 1e9, 137);
    PlanValues plan =
        plan(
            List.of(new Axis("a", outer), new Axis("b", n), new Axis("c", inner)),
            List.of(network),
            1e12);
    Machine machine = Machine.of(plan.cluster());
    Flattener flattener = new OneNode(plan, 1, Collective.ALL_TO_ALL, n);
    Group group = group(flattener, 1, random.nextInt(flattener.mesh().ranks()));
    long bytes = n * (100L + random.nextInt(1000));
    long least = new CollectiveCost(machine).leastNanos(group, Collective.ALL_TO_ALL, bytes);
    long[] times = random.longs(n, 0, 1000).toArray();
    int last = random.nextInt(n);
    times[last] = 1000L + random.nextInt(2000);
    long begun = times[last];
    LogicalRing ring = LogicalRing.of(group.ring());
    boolean known =
        new DirectCost(machine)
            .run(
                ring,
                Collective.ALL_TO_ALL,
                bytes / n,
                Machine.DEFAULT_ENDPOINT_DELAY,
                true,
                times);
    assertThat(known).isTrue();
    assertThat(LongStream.of(times).max().orElseThrow() - begun).isGreaterThanOrEqualTo(least);
  }

  /** 250 MB over two ranks at 50 GB/s: each half goes there and back. */
  @Example
  void aBucketOf250MegabytesHoldsTheLaneForFiveMilliseconds() {
    PlanValues plan =
        plan(
            List.of(new Axis("a", 2), new Axis("b", 1), new Axis("c", 1)),
            List.of(new NetworkDimension(Topology.SWITCH, 2, 50e9, 2000)),
            2e12);
    Flattener flattener = new OneNode(plan, 0, Collective.ALL_REDUCE, 250_000_000);
    long nanos =
        new CollectiveCost(Machine.of(plan.cluster()))
            .nanosOf(0, group(flattener, 0, 0), Collective.ALL_REDUCE, 250_000_000);
    long reduction = 3 * (long) (125e6 / 1500);
    assertThat(nanos).isEqualTo(5_000_000 + 4 * 2000 + 3 * 10 + reduction);
  }
}
