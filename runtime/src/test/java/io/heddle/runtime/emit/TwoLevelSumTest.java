package io.heddle.runtime.emit;

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
import io.heddle.runtime.pipeline.EmptyFlattener;
import io.heddle.runtime.simulate.SimulationInput;
import io.heddle.runtime.simulate.SimulationOptions;
import io.heddle.runtime.simulate.SimulationResult;
import io.heddle.runtime.simulate.Simulator;
import io.heddle.runtime.simulate.workload.FlattenerWorkload;
import io.heddle.runtime.trace.Flattener;
import io.heddle.runtime.trace.Kernel;
import io.heddle.runtime.trace.NodeHeader;
import io.heddle.runtime.trace.NodeSink;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Assume;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.assertj.core.data.Percentage;

/** A sum in two levels on real numbers, and how long it takes. */
final class TwoLevelSumTest {
  private static final int ELEMENT = 4;

  /** A step that is one sum over the data-parallel ranks. */
  private static final class OneSum extends EmptyFlattener {
    private final long bytes;

    OneSum(PlanValues plan, GroupKind kind, long bytes) {
      super(plan, "", List.of(kind));
      this.bytes = bytes;
      schedule(1, 1);
    }

    @Override
    protected long forwardEmbed(RankEmitter rank) {
      return rank.allReduce("reduce.x", 0, bytes);
    }
  }

  private static OneSum sum(
      GroupKind kind, long bytes, List<Axis> axes, NetworkDimension... network) {
    Device device = new Device("d", 1e15, 1, 1L << 36, 1e18, 1);
    PlanValues plan =
        new PlanValues(
            "sum",
            "test",
            Map.of(),
            axes,
            1,
            1,
            Schedule.of("gpipe"),
            StageSplit.EQUAL,
            Recompute.NONE,
            new Optimizer(Optimizer.Algorithm.SGD, List.of()),
            new Precision(NumberFormat.BF16, NumberFormat.BF16),
            new Cluster("pod", device, List.of(network)));
    return new OneSum(plan, kind, bytes);
  }

  private record Step(String operation, Collective collective, Group group, long bytes) {}

  private static List<Step> steps(Flattener flattener, int rank) {
    List<Step> steps = new ArrayList<>();
    flattener.emit(
        rank,
        new NodeSink() {
          @Override
          public void compute(NodeHeader node, Kernel kernel) {}

          @Override
          public void collective(NodeHeader node, Collective collective, Group group, long bytes) {
            steps.add(new Step(node.operation(), collective, group, bytes));
          }

          @Override
          public void send(NodeHeader node, int peer, int tag, long bytes) {}

          @Override
          public void receive(NodeHeader node, int peer, int tag, long bytes) {}
        });
    return steps;
  }

  /** What a collective makes of the members' numbers, at a place of its ring. */
  private static long[] made(Step step, long[][] had, int rank) {
    Group group = step.group();
    int place = group.position(rank);
    int elements = Math.toIntExact(step.bytes() / ELEMENT);
    assertThat(step.bytes() % ELEMENT).isZero();
    long[] summed = new long[elements];
    for (int member : group.ring()) {
      for (int i = 0; i < elements && i < had[member].length; i++) {
        summed[i] += had[member][i];
      }
    }
    return switch (step.collective()) {
      case ALL_REDUCE -> summed;
      case REDUCE_SCATTER -> {
        assertThat(elements % group.size()).isZero();
        int share = elements / group.size();
        yield Arrays.copyOfRange(summed, place * share, (place + 1) * share);
      }
      case ALL_GATHER -> {
        long[] gathered = new long[elements * group.size()];
        for (int i = 0; i < group.size(); i++) {
          System.arraycopy(had[group.member(i)], 0, gathered, i * elements, elements);
        }
        yield gathered;
      }
      case ALL_TO_ALL -> throw new AssertionError("no sum exchanges");
    };
  }

  /** Every rank ends with the sum, whatever the mesh, the nodes and the number of elements. */
  @Property(tries = 200)
  void everyRankHasTheSum(
      @ForAll @IntRange(min = 1, max = 4) int outer,
      @ForAll @IntRange(min = 1, max = 6) int summing,
      @ForAll @IntRange(min = 1, max = 3) int inner,
      @ForAll @IntRange(min = 1, max = 12) int node,
      @ForAll @IntRange(min = 1, max = 30) int elements) {
    List<Axis> axes =
        List.of(new Axis("pp", outer), new Axis("dp", summing), new Axis("tp", inner));
    int ranks = outer * summing * inner;
    Assume.that(ranks % node == 0 && summing > 1);
    OneSum flattener =
        sum(
            GroupKind.twoLevel("dp"),
            (long) elements * ELEMENT,
            axes,
            new NetworkDimension(Topology.RING, node, 100e9, 500),
            new NetworkDimension(Topology.SWITCH, ranks / node, 50e9, 2000));
    long[][] has = new long[ranks][elements];
    long[][] whole = new long[ranks][elements];
    List<List<Step>> steps = new ArrayList<>();
    for (int rank = 0; rank < ranks; rank++) {
      for (int i = 0; i < elements; i++) {
        has[rank][i] = 31L * rank * rank + 7L * i * (rank + 1);
      }
      steps.add(steps(flattener, rank));
    }
    for (int rank = 0; rank < ranks; rank++) {
      int stride = inner * summing;
      for (int other = 0; other < ranks; other++) {
        if (other / stride == rank / stride && other % inner == rank % inner) {
          for (int i = 0; i < elements; i++) {
            whole[rank][i] += has[other][i];
          }
        }
      }
    }
    for (int s = 0; s < steps.get(0).size(); s++) {
      long[][] next = new long[ranks][];
      for (int rank = 0; rank < ranks; rank++) {
        next[rank] = made(steps.get(rank).get(s), has, rank);
      }
      has = next;
    }
    for (int rank = 0; rank < ranks; rank++) {
      assertThat(Arrays.copyOf(has[rank], elements)).isEqualTo(whole[rank]);
    }
  }

  @Example
  void bytesAreRoundedUpToWholeElements() {
    assertThat(TwoLevelSum.part(1024, 8)).isEqualTo(128);
    assertThat(TwoLevelSum.part(1026, 8)).isEqualTo(136);
    assertThat(TwoLevelSum.part(1, 8)).isEqualTo(8);
    assertThat(TwoLevelSum.part(30, 4)).isEqualTo(8);
  }

  private static long nanos(OneSum flattener) {
    SimulationResult result =
        new Simulator(SimulationInput.of(flattener), SimulationOptions.DEFAULT)
            .run(new FlattenerWorkload(flattener));
    assertThat(result.diagnosis()).isEmpty();
    return result.maxCycles();
  }

  /**
   * Rings of 8 ranks at 100 GB/s, eight of them at a switch of 25 GB/s, and sums over four rings.
   * In two levels: 7 hops in a node with an eighth of the bytes, twice, and 6 over the switch with
   * a 32nd. In one: 62 hops with a 32nd, of which eight go over the switch.
   */
  @Example
  void itsTimeIsTheClosedForm() {
    double inside = 100e9;
    double between = 25e9;
    for (long bytes : new long[] {1L << 20, 1L << 28, 1L << 32}) {
      List<Axis> axes = List.of(new Axis("pp", 2), new Axis("dp", 32));
      NetworkDimension ring = new NetworkDimension(Topology.RING, 8, inside, 500);
      NetworkDimension nodes = new NetworkDimension(Topology.SWITCH, 8, between, 2000);
      double eighth = 1e9 * bytes / 8;
      double share = 1e9 * bytes / 32;
      double two = 14 * (500 + eighth / inside) + 6 * (4000 + share / between);
      double one = 54 * (500 + share / inside) + 8 * (4000 + share / between);
      assertThat((double) nanos(sum(GroupKind.twoLevel("dp"), bytes, axes, ring, nodes)))
          .isCloseTo(two, Percentage.withPercentage(0.5));
      assertThat((double) nanos(sum(GroupKind.all("dp"), bytes, axes, ring, nodes)))
          .isCloseTo(one, Percentage.withPercentage(2));
    }
  }
}
