package io.heddle.runtime.trace;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.runtime.mesh.Axis;
import io.heddle.runtime.mesh.GroupKind;
import io.heddle.runtime.plan.Cluster;
import io.heddle.runtime.plan.Device;
import io.heddle.runtime.plan.NetworkDimension;
import io.heddle.runtime.plan.NetworkDimension.Topology;
import io.heddle.runtime.plan.NumberFormat;
import io.heddle.runtime.plan.Optimizer;
import io.heddle.runtime.plan.PlanValues;
import io.heddle.runtime.plan.Precision;
import io.heddle.runtime.plan.Recompute;
import io.heddle.runtime.plan.StageSplit;
import io.heddle.runtime.report.StepProgress;
import io.heddle.runtime.report.StepReport;
import io.heddle.runtime.report.StepSimulation;
import io.heddle.runtime.report.UnfinishedStepException;
import io.heddle.runtime.simulate.Backend;
import io.heddle.runtime.simulate.SimulationInput;
import io.heddle.runtime.simulate.SimulationOptions;
import io.heddle.runtime.simulate.SimulationResult;
import io.heddle.runtime.simulate.SimulationResult.Status;
import io.heddle.runtime.simulate.Simulator;
import io.heddle.runtime.simulate.workload.FlattenerWorkload;
import io.heddle.runtime.trace.RecordedNode.Kind;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Attention on a ring: what waits for what, and how long it takes. */
class RingTest {
  /** Operations that the device computes in one nanosecond. */
  private static final long PER_NANO = 1000;

  private static final long OTHER = 7;
  private static final long KERNEL = 5000;
  private static final long SUM = 300;

  /** One layer whose attention goes round over two axes; each kernel lasts a known time, ns. */
  private static final class Attending extends PipelineFlattener {
    private final long message;

    Attending(PlanValues plan, long message) {
      super(plan, "", List.of(GroupKind.all("outer", "inner")));
      this.message = message;
      schedule(1, plan.batch());
    }

    private static long other(RankEmitter rank, String operation) {
      return rank.compute(operation, OTHER * PER_NANO, 1);
    }

    @Override
    protected long forwardEmbed(RankEmitter rank) {
      return other(rank, "embed");
    }

    @Override
    protected long forwardLayer(RankEmitter rank, int layer, long x) {
      return rank.needs(x)
          .ring("o.keys", 0, message)
          .needs(x)
          .forward("o", KERNEL * PER_NANO, 10, 11, KERNEL * PER_NANO);
    }

    @Override
    protected void forwardHead(RankEmitter rank, long x) {
      other(rank.needs(x), "head");
    }

    @Override
    protected long backwardHead(RankEmitter rank) {
      return other(rank, "head.dx");
    }

    @Override
    protected long backwardLayer(RankEmitter rank, int layer, long dx) {
      long queries =
          rank.ring("o.dx.keys", 0, message)
              .needs(dx)
              .backward(
                  "o.dx",
                  KERNEL * PER_NANO,
                  20,
                  21,
                  KERNEL * PER_NANO / 2,
                  "o.dx.sum",
                  SUM * PER_NANO,
                  30);
      return other(rank.needs(queries, rank.broughtHome()), "qkv.dx");
    }

    @Override
    protected void backwardEmbed(RankEmitter rank, long dx) {
      other(rank.needs(dx), "embed.dx");
    }

    @Override
    protected void step(RankEmitter rank, int stage) {
      other(rank, "optimizer");
    }

    @Override
    protected long streamBytes() {
      return 1;
    }

    @Override
    public long tokens() {
      return 1;
    }

    @Override
    public long parameters() {
      return 1;
    }
  }

  private static Attending attending(
      int outer, int inner, int microBatches, long message, NetworkDimension... network) {
    Device device = new Device("steady", PER_NANO * 1e9, 1, 80_000_000_000L, 1e15, 1);
    return new Attending(
        new PlanValues(
            "ring",
            "Test",
            Map.of(),
            List.of(new Axis("outer", outer), new Axis("inner", inner)),
            microBatches,
            1,
            "one_f_one_b",
            StageSplit.EQUAL,
            Recompute.NONE,
            new Optimizer(Optimizer.Algorithm.SGD, List.of()),
            new Precision(NumberFormat.BF16, NumberFormat.FP32),
            new Cluster("Pod", device, List.of(network))),
        message);
  }

  /** All ranks on one switch of 1 GiB/s. */
  private static Attending onSwitch(int outer, int inner, int microBatches, long message) {
    return attending(
        outer,
        inner,
        microBatches,
        message,
        new NetworkDimension(Topology.SWITCH, outer * inner, (double) (1L << 30), 50));
  }

  /** Two up and down the switch, and the bytes. */
  private static long transfer(long message) {
    return (long) (2 * 50 + message / ((1L << 30) / 1e9));
  }

  private static List<RecordedNode> nodes(Flattener flattener, int rank, String operation) {
    return RecordedNode.of(flattener, rank).stream()
        .filter(node -> node.name().matches(".*\\.layer0\\." + operation + "(\\.step\\d+)?"))
        .toList();
  }

  private static List<RecordedNode> of(List<RecordedNode> nodes, Kind kind) {
    return nodes.stream().filter(node -> node.kind() == kind).toList();
  }

  @Example
  void theKernelOfAStepWaitsForTheKeysOfThatStepAlone() {
    Attending flattener = onSwitch(2, 2, 1, 64);
    List<RecordedNode> kernels = nodes(flattener, 1, "o");
    List<RecordedNode> messages = nodes(flattener, 1, "o.keys");
    List<RecordedNode> arrivals = of(messages, Kind.RECEIVE);
    List<RecordedNode> sends = of(messages, Kind.SEND);
    assertThat(kernels)
        .extracting(RecordedNode::name)
        .containsExactly(
            "fwd.mb0.layer0.o.step0",
            "fwd.mb0.layer0.o.step1",
            "fwd.mb0.layer0.o.step2",
            "fwd.mb0.layer0.o.step3");
    assertThat(kernels).extracting(RecordedNode::bytes).containsExactly(10L, 11L, 11L, 11L);
    assertThat(arrivals).hasSize(3);
    for (int step = 1; step < 4; step++) {
      assertThat(kernels.get(step).data())
          .containsExactlyInAnyOrder(arrivals.get(step - 1).id(), kernels.get(step - 1).id());
      assertThat(kernels.get(step).control()).isEmpty();
    }
    for (int step = 0; step < 3; step++) {
      assertThat(sends.get(step).data())
          .containsExactly(step == 0 ? kernels.get(0).data().get(0) : arrivals.get(step - 1).id());
      // Posted when the kernel before may begin to need it, and not from the start.
      assertThat(arrivals.get(step).control())
          .containsExactly(step == 0 ? kernels.get(0).data().get(0) : kernels.get(step - 1).id());
    }
  }

  @Example
  void gradientsFollowAStepBehindAndComeHome() {
    Attending flattener = onSwitch(3, 1, 1, 64);
    List<RecordedNode> kernels = nodes(flattener, 0, "o.dx");
    List<RecordedNode> sums = of(nodes(flattener, 0, "o.dx.sum"), Kind.COMPUTE);
    List<RecordedNode> sends = of(nodes(flattener, 0, "o.dx.sum"), Kind.SEND);
    List<RecordedNode> arrivals = of(nodes(flattener, 0, "o.dx.sum"), Kind.RECEIVE);
    assertThat(kernels).hasSize(3);
    assertThat(sums).hasSize(2);
    assertThat(sends).hasSize(3);
    assertThat(arrivals).hasSize(3);
    assertThat(sends.get(0).data()).containsExactly(kernels.get(0).id());
    for (int step = 1; step < 3; step++) {
      RecordedNode sum = sums.get(step - 1);
      assertThat(sum.data()).containsExactly(kernels.get(step).id(), arrivals.get(step - 1).id());
      assertThat(sends.get(step).data()).containsExactly(sum.id());
      assertThat(kernels.get(step).data()).doesNotContain(arrivals.get(step - 1).id());
    }
    RecordedNode after = nodes(flattener, 0, "qkv.dx").get(0);
    assertThat(after.data()).containsExactly(kernels.get(2).id(), arrivals.get(2).id());
  }

  @Example
  void oneRankHasTheKernelAlone() {
    List<RecordedNode> alone =
        RecordedNode.of(
            attending(1, 1, 1, 64, new NetworkDimension(Topology.SWITCH, 1, 1e9, 1)), 0);
    assertThat(alone)
        .extracting(RecordedNode::name)
        .containsExactly(
            "fwd.mb0.embed",
            "fwd.mb0.layer0.o",
            "fwd.mb0.head",
            "bwd.mb0.head.dx",
            "bwd.mb0.layer0.o.dx",
            "bwd.mb0.layer0.qkv.dx",
            "bwd.mb0.embed.dx",
            "step.optimizer");
    assertThat(alone.get(5).data()).containsExactly(alone.get(4).id());
  }

  private record Message(int from, int to, int tag, long bytes) {}

  @Property(tries = 50)
  void everyMessageGoesToTheNextRankAndIsAwaited(
      @ForAll @IntRange(min = 1, max = 4) int outer,
      @ForAll @IntRange(min = 1, max = 4) int inner,
      @ForAll @IntRange(min = 1, max = 3) int microBatches) {
    Attending flattener = onSwitch(outer, inner, microBatches, 64);
    int n = outer * inner;
    List<Message> sent = new ArrayList<>();
    List<Message> received = new ArrayList<>();
    List<List<RecordedNode>> traces = new ArrayList<>();
    for (int rank = 0; rank < n; rank++) {
      int me = rank;
      List<RecordedNode> trace = RecordedNode.of(flattener, rank);
      traces.add(trace);
      of(trace, Kind.SEND)
          .forEach(node -> sent.add(new Message(me, node.peer(), node.tag(), node.bytes())));
      of(trace, Kind.RECEIVE)
          .forEach(node -> received.add(new Message(node.peer(), me, node.tag(), node.bytes())));
    }
    int passes = n == 1 ? 0 : n * microBatches * (n - 1 + 2 * n - 1);
    assertThat(sent)
        .hasSize(passes)
        .doesNotHaveDuplicates()
        .allMatch(message -> message.to() == (message.from() + 1) % n)
        .containsExactlyInAnyOrderElementsOf(received);
    assertThat(OneLaneRun.stuck(traces)).isEmpty();
  }

  @Example
  void messagesAreCountedAsThoseOfAGroup() {
    Attending flattener = onSwitch(2, 2, 3, 64);
    CountingSink counts = new CountingSink();
    IntStream.range(0, 4).forEach(rank -> flattener.emit(rank, counts));
    assertThat(counts.sentBytes()).isEqualTo(BigInteger.valueOf(3 * 4 * (3 + 7) * 64L));
    assertThat(counts.sentInGroupsBytes()).isEqualTo(counts.sentBytes());
    assertThat(counts.traffic()).isEmpty();
    assertThat(counts.usedGroups()).isEqualTo(flattener.groups().all());
  }

  @ParameterizedTest
  @CsvSource({
    "CONGESTION_UNAWARE, false",
    "CONGESTION_UNAWARE, true",
    "CONGESTION_AWARE, false",
    "CONGESTION_AWARE, true",
  })
  void ends(Backend backend, boolean rendezvous) {
    for (long message : new long[] {64, 1 << 24}) {
      Attending flattener =
          attending(
              2,
              4,
              3,
              message,
              new NetworkDimension(Topology.SWITCH, 4, 400e9, 500),
              new NetworkDimension(Topology.SWITCH, 2, 50e9, 2000));
      SimulationOptions options =
          SimulationOptions.DEFAULT.with(backend).withRendezvous(rendezvous);
      SimulationResult result =
          new Simulator(SimulationInput.of(flattener), options)
              .run(new FlattenerWorkload(flattener));
      assertThat(result.diagnosis()).isEmpty();
      assertThat(result.status()).isEqualTo(Status.OK);
    }
  }

  /** Kernels beside the two rings: embedding, head, projection, optimizer. */
  private static final long OTHERS = 6 * OTHER;

  /** The last gradients come home beside no kernel; all else is hidden. */
  @ParameterizedTest
  @CsvSource({"2, 1", "3, 1", "2, 2", "2, 4"})
  void aFastNetworkHidesAllButTheWayHome(int outer, int inner) throws UnfinishedStepException {
    long message = 1 << 20;
    long n = (long) outer * inner;
    long kernel = KERNEL;
    long transfer = 100 + 1;
    StepReport report =
        StepSimulation.run(
            attending(
                outer,
                inner,
                1,
                message,
                new NetworkDimension(Topology.SWITCH, outer * inner, 1e9 * (double) message, 50)),
            StepProgress.SILENT);
    assertThat(report.iterationNanos())
        .isEqualTo(OTHERS + n * kernel + n * kernel + (n - 1) * SUM + transfer);
    assertThat(report.exposedByAxes().values()).containsExactly((double) transfer);
  }

  /**
   * n - 1 messages forward and then the last kernel; 2 n - 1 backward, and the sum before the last.
   */
  @ParameterizedTest
  @CsvSource({"2, 1", "3, 1", "2, 2", "2, 4"})
  void aSlowNetworkIsWhatItWaitsFor(int outer, int inner) throws UnfinishedStepException {
    long message = 1 << 24;
    long n = (long) outer * inner;
    long transfer = transfer(message);
    StepReport report = StepSimulation.run(onSwitch(outer, inner, 1, message), StepProgress.SILENT);
    long forward = (n - 1) * transfer + KERNEL;
    long backward = (2 * n - 1) * transfer + SUM;
    assertThat(report.iterationNanos()).isEqualTo(OTHERS + forward + backward);
    String axes = inner == 1 ? "outer" : "outer.inner";
    assertThat(report.exposedByAxes()).containsOnlyKeys(axes);
  }
}
