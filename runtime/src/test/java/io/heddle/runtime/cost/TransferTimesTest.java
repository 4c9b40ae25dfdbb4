package io.heddle.runtime.cost;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.plan.Engine;
import io.heddle.plan.NetworkDimension;
import io.heddle.plan.NetworkDimension.Topology;
import io.heddle.plan.figure.EngineFigure;
import io.heddle.plan.figure.MeasuredTransfer;
import io.heddle.plan.figure.TransferFigures;
import io.heddle.plan.mesh.Collective;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.assertj.core.data.Offset;

class TransferTimesTest {
  private static final Offset<Double> NEAR = Offset.offset(1e-3);
  private static final long MEGABYTE = 1_000_000;

  private static final NetworkDimension NODE =
      new NetworkDimension(
          Topology.SWITCH,
          8,
          450e9,
          100,
          List.of(
              new TransferFigures(MeasuredTransfer.ALL_GATHER, 8, 400e9, 4e6, 10_000),
              new TransferFigures(MeasuredTransfer.ALL_GATHER, 2, 200e9, 2e6, 6_000),
              new TransferFigures(MeasuredTransfer.ALL_REDUCE, 0, 500e9, 0, 15_000),
              new TransferFigures(MeasuredTransfer.ALL_TO_ALL, 0, 350e9, 0, 8_000)));
  private static final NetworkDimension NODES =
      new NetworkDimension(
          Topology.SWITCH,
          4,
          50e9,
          1000,
          List.of(
              new TransferFigures(MeasuredTransfer.ALL_GATHER, 0, 40e9, 0, 20_000),
              new TransferFigures(MeasuredTransfer.ALL_REDUCE, 0, 0, 0, 30_000),
              new TransferFigures(MeasuredTransfer.ALL_TO_ALL, 0, 43e9, 0, 25_000),
              new TransferFigures(MeasuredTransfer.MESSAGE, 0, 45e9, 1e6, 9_000)));

  private final TransferTimes times = new TransferTimes(List.of(NODE, NODES));

  private double nanos(int inside, int nodes, Collective collective, double bytes) {
    return times.nanos(new int[] {inside, nodes}, collective, bytes);
  }

  @Example
  void theSizeCalledHalfHasHalfTheRate() {
    // Seven shards of 4/7 MB are sent on by each rank.
    double shard = 4e6 / 7;
    assertThat(nanos(8, 1, Collective.ALL_GATHER, shard)).isCloseTo(10_000 + 20_000, NEAR);
  }

  @Example
  void linesAreInterpolatedInTheLogarithmOfRanksAndHeldBeyond() {
    double shard = 1e9 / 3;
    double moved = 1e9 + Math.sqrt(3e6 * 1e9);
    assertThat(nanos(4, 1, Collective.ALL_GATHER, shard)).isCloseTo(8_000 + moved / 300, NEAR);
    TransferTimes two = new TransferTimes(List.of(NODES));
    assertThat(two.nanos(new int[] {4}, Collective.ALL_GATHER, 40e3)).isCloseTo(23_000, NEAR);
  }

  @Example
  void withoutReachTheBandwidthOfTheLineCounts() {
    double sent = 2 * 1e9 * 3 / 4;
    assertThat(nanos(1, 4, Collective.ALL_REDUCE, 1e9)).isCloseTo(30_000 + sent / 50, NEAR);
  }

  /** The engine's kernel counts up to its size, within a node, where it is the faster. */
  @Example
  void smallAllReducesMayBeKernelsOfTheEngine() {
    List<TransferFigures> lines = new ArrayList<>(NODE.transfers());
    lines.add(new TransferFigures(MeasuredTransfer.ALL_REDUCE_ONE_SHOT, 8, 100e9, 0, 3_000));
    NetworkDimension node = new NetworkDimension(Topology.SWITCH, 8, 450e9, 100, lines);
    TransferTimes some =
        new TransferTimes(List.of(node, NODES), upTo(EngineFigure.COLLECTIVES_ONE_SHOT));
    int[] inside = {8, 1};
    double sent = 2 * 8e4 * 7 / 8;
    assertThat(some.nanos(inside, Collective.ALL_REDUCE, 8e4)).isCloseTo(3_000 + sent / 100, NEAR);
    assertThat(some.nanosOfOneShot(8, 8e4)).isCloseTo(3_000 + sent / 100, NEAR);
    TransferTimes none = new TransferTimes(List.of(node, NODES));
    for (double bytes : new double[] {4 * MEGABYTE, 9 * MEGABYTE}) {
      assertThat(some.nanos(inside, Collective.ALL_REDUCE, bytes))
          .isEqualTo(none.nanos(inside, Collective.ALL_REDUCE, bytes));
    }
    assertThat(none.nanos(inside, Collective.ALL_REDUCE, 8e4))
        .isEqualTo(nanos(8, 1, Collective.ALL_REDUCE, 8e4));
    int[] both = {8, 4};
    assertThat(some.nanos(both, Collective.ALL_REDUCE, 8e4))
        .isEqualTo(none.nanos(both, Collective.ALL_REDUCE, 8e4));
    assertThat(times.nanosOfOneShot(8, 8e4)).isEqualTo(TransferTimes.UNKNOWN);
  }

  private static Engine upTo(EngineFigure figure) {
    return Engine.called("own").with(figure, 8 * MEGABYTE);
  }

  /** A kernel for few bytes counts up to its size, also over nodes that have figures of it. */
  @Example
  void smallExchangesMayBeKernelsOfTheEngine() {
    TransferFigures line =
        new TransferFigures(MeasuredTransfer.ALL_TO_ALL_ONE_SHOT, 0, 200e9, 0, 3_000);
    TransferFigures between =
        new TransferFigures(MeasuredTransfer.ALL_TO_ALL_ONE_SHOT, 0, 40e9, 0, 9_000);
    List<NetworkDimension> network = List.of(with(NODE, line), with(NODES, between));
    TransferTimes some = new TransferTimes(network, upTo(EngineFigure.EXCHANGES_ONE_SHOT));
    assertThat(some.nanos(new int[] {8, 1}, Collective.ALL_TO_ALL, 8e4))
        .isCloseTo(3_000 + 7e4 / 200, NEAR);
    assertThat(some.nanos(new int[] {8, 4}, Collective.ALL_TO_ALL, 8e4))
        .isCloseTo(9_000 + 6e4 / 40, NEAR);
    TransferTimes none = new TransferTimes(network);
    for (double bytes : new double[] {4 * MEGABYTE, 9 * MEGABYTE}) {
      assertThat(some.nanos(new int[] {8, 1}, Collective.ALL_TO_ALL, bytes))
          .isEqualTo(none.nanos(new int[] {8, 1}, Collective.ALL_TO_ALL, bytes));
    }
    assertThat(none.nanos(new int[] {8, 1}, Collective.ALL_TO_ALL, 8e4))
        .isEqualTo(nanos(8, 1, Collective.ALL_TO_ALL, 8e4));
    assertThat(times.nanosOfOneShot(new int[] {8, 4}, 8e4)).isEqualTo(TransferTimes.UNKNOWN);
  }

  private static NetworkDimension with(NetworkDimension dimension, TransferFigures... more) {
    List<TransferFigures> lines = new ArrayList<>(dimension.transfers());
    lines.addAll(List.of(more));
    return new NetworkDimension(
        dimension.topology(),
        dimension.size(),
        dimension.bandwidth(),
        dimension.latencyNanos(),
        lines);
  }

  /** What goes between nodes and what goes within them count each for itself, and the slower. */
  @Example
  void tokensGoBetweenNodesWhileOthersGoWithinThem() {
    NetworkDimension node =
        with(
            NODE,
            new TransferFigures(MeasuredTransfer.DISPATCH, 0, 300e9, 0, 20_000),
            new TransferFigures(MeasuredTransfer.COMBINE, 0, 200e9, 0, 30_000));
    TransferFigures between = new TransferFigures(MeasuredTransfer.DISPATCH, 0, 40e9, 0, 80_000);
    TransferTimes both = new TransferTimes(List.of(node, with(NODES, between)));
    assertThat(both.nanos(new int[] {8, 1}, true, 0, 3e6)).isCloseTo(30_000, NEAR);
    assertThat(both.nanos(new int[] {8, 1}, false, 0, 3e6)).isCloseTo(45_000, NEAR);
    assertThat(both.nanos(new int[] {8, 4}, true, 4e6, 3e6)).isCloseTo(180_000, NEAR);
    assertThat(both.nanos(new int[] {8, 4}, true, 1e3, 60e6)).isCloseTo(220_000, NEAR);
    assertThat(both.nanos(new int[] {8, 4}, false, 4e6, 3e6)).isEqualTo(TransferTimes.UNKNOWN);
    assertThat(times.nanos(new int[] {8, 1}, true, 0, 3e6)).isEqualTo(TransferTimes.UNKNOWN);
  }

  @Example
  void membersInOneNodeUseTheirLinksSideBySide() {
    double sent = 2 * 1e9 * 7 / 8;
    assertThat(nanos(2, 4, Collective.ALL_REDUCE, 1e9)).isCloseTo(30_000 + sent / 100, NEAR);
    // Eleven links would carry more than the node hands round.
    NetworkDimension fast = new NetworkDimension(Topology.SWITCH, 4, 900e9, 0, NODES.transfers());
    TransferTimes capped = new TransferTimes(List.of(NODE, fast));
    assertThat(capped.nanos(new int[] {2, 4}, Collective.ALL_REDUCE, 1e9))
        .isCloseTo(30_000 + sent / 500, NEAR);
  }

  @Example
  void anExchangeLeavesANodeThroughTheRanksOwnLink() {
    double leaving = 1e9 * 24 / 32;
    assertThat(nanos(8, 4, Collective.ALL_TO_ALL, 1e9)).isCloseTo(25_000 + leaving / 43, NEAR);
    assertThat(nanos(8, 1, Collective.ALL_TO_ALL, 1e9)).isCloseTo(8_000 + 1e9 * 7 / 8 / 350, NEAR);
  }

  @Example
  void messagesHaveALineOfTheirOwn() {
    assertThat(times.nanosOfMessage(1, 4e6)).isCloseTo(9_000 + 6e6 / 45, NEAR);
    assertThat(times.nanosOfMessage(0, 4e6)).isEqualTo(TransferTimes.UNKNOWN);
    assertThat(nanos(8, 1, Collective.REDUCE_SCATTER, 1e6)).isEqualTo(TransferTimes.UNKNOWN);
  }

  @Property
  void moreBytesTakeLonger(
      @ForAll @IntRange(min = 1, max = 8) int inside,
      @ForAll @IntRange(min = 2, max = 4) int nodes,
      @ForAll @LongRange(min = 1, max = 1000 * MEGABYTE) long bytes) {
    for (Collective collective :
        List.of(Collective.ALL_GATHER, Collective.ALL_REDUCE, Collective.ALL_TO_ALL)) {
      assertThat(nanos(inside, nodes, collective, bytes + 1.0))
          .isGreaterThan(nanos(inside, nodes, collective, (double) bytes));
    }
  }
}
