package io.heddle.runtime.emit;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.plan.NetworkDimension;
import io.heddle.plan.NetworkDimension.Topology;
import io.heddle.runtime.trace.CountingSink;
import io.heddle.runtime.trace.Flattener;
import io.heddle.runtime.trace.RecordedNode;
import io.heddle.runtime.trace.RecordedNode.Kind;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Attention on a ring: what waits for what. */
class RingTest {
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
    RingFlattener flattener = RingFlattener.onSwitch(2, 2, 1, 64);
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
    RingFlattener flattener = RingFlattener.onSwitch(3, 1, 1, 64);
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
            RingFlattener.on(1, 1, 1, 64, new NetworkDimension(Topology.SWITCH, 1, 1e9, 1)), 0);
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
    RingFlattener flattener = RingFlattener.onSwitch(outer, inner, microBatches, 64);
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
    RingFlattener flattener = RingFlattener.onSwitch(2, 2, 3, 64);
    CountingSink counts = new CountingSink();
    IntStream.range(0, 4).forEach(rank -> flattener.emit(rank, counts));
    assertThat(counts.sentBytes()).isEqualTo(BigInteger.valueOf(3 * 4 * (3 + 7) * 64L));
    assertThat(counts.sentInGroupsBytes()).isEqualTo(counts.sentBytes());
    assertThat(counts.traffic()).isEmpty();
    assertThat(counts.usedGroups()).isEqualTo(flattener.groups().all());
  }
}
