package io.heddle.runtime.emit;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.runtime.emit.PiecesFlattener.Layer;
import io.heddle.runtime.report.StepProgress;
import io.heddle.runtime.report.StepSimulation;
import io.heddle.runtime.report.UnfinishedStepException;
import io.heddle.runtime.trace.RecordedNode;
import io.heddle.runtime.trace.RecordedNode.Kind;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

/** Kernels and collectives in pieces: what waits for what, what each does, how long it takes. */
class PiecesTest {
  private static List<RecordedNode> nodes(List<RecordedNode> all, String operation) {
    return all.stream()
        .filter(node -> node.name().matches(".*\\.layer0\\." + operation + "(\\.piece\\d+)?"))
        .toList();
  }

  private static List<Long> ids(List<RecordedNode> nodes) {
    return nodes.stream().map(RecordedNode::id).toList();
  }

  @Example
  void aPieceWaitsForThatPieceAlone() {
    List<RecordedNode> all =
        RecordedNode.of(new PiecesFlattener(2, new Layer(3, 600, 900_000, 90, 30, 1200)), 1);
    List<RecordedNode> gathers = nodes(all, "gather");
    List<RecordedNode> kernels = nodes(all, "y");
    List<RecordedNode> scatters = nodes(all, "scatter");
    assertThat(kernels)
        .extracting(RecordedNode::name)
        .containsExactly(
            "fwd.mb0.layer0.y.piece0", "fwd.mb0.layer0.y.piece1", "fwd.mb0.layer0.y.piece2");
    long x = gathers.get(0).data().get(0);
    for (int i = 0; i < 3; i++) {
      assertThat(gathers.get(i).data()).containsExactly(x);
      assertThat(kernels.get(i).data()).containsExactly(x, gathers.get(i).id());
      assertThat(scatters.get(i).data()).containsExactly(kernels.get(i).id());
    }
    assertThat(kernels).extracting(RecordedNode::bytes).containsExactly(50L, 50L, 50L);
    // The order of the communication lane: all gathers, then all scatters.
    List<RecordedNode> lane = all.stream().filter(node -> node.kind() == Kind.COLLECTIVE).toList();
    List<Long> expected = new ArrayList<>(ids(gathers));
    expected.addAll(ids(scatters));
    assertThat(ids(lane)).isEqualTo(expected);
    for (int i = 1; i < lane.size(); i++) {
      assertThat(lane.get(i).follows(lane.get(i - 1).id())).isTrue();
    }
    // What is not cut waits for every piece.
    List<Long> both = new ArrayList<>(ids(scatters));
    both.addAll(ids(gathers));
    assertThat(nodes(all, "out").get(0).data()).containsExactlyElementsOf(both);
  }

  @Example
  void oneRankIsNotCut() {
    List<RecordedNode> all =
        RecordedNode.of(
            new PiecesFlattener(
                1, new Layer(PieceEmitter.count(1, 4, 100), 600, 900_000, 90, 30, 1200)),
            0);
    assertThat(nodes(all, "y"))
        .singleElement()
        .satisfies(
            node -> {
              assertThat(node.name()).isEqualTo("fwd.mb0.layer0.y");
              assertThat(node.bytes()).isEqualTo(90);
            });
  }

  @Example
  void thereAreNoMorePiecesThanPlaces() {
    assertThat(PieceEmitter.count(8, 4, 100, 3, 50)).isEqualTo(3);
    assertThat(PieceEmitter.count(8, 4, 100)).isEqualTo(4);
    assertThat(PieceEmitter.count(1, 4, 100)).isEqualTo(1);
  }

  @Property
  void piecesAddUp(
      @ForAll @IntRange(min = 1, max = 64) int count,
      @ForAll @LongRange(min = 64, max = Long.MAX_VALUE) long gathered,
      @ForAll @LongRange(min = 64, max = 1L << 60) long shared,
      @ForAll @LongRange(min = 0, max = 1L << 55) long again) {
    Layer layer = new Layer(count, gathered, 1000, shared + again, again, gathered);
    List<RecordedNode> all = RecordedNode.of(new PiecesFlattener(2, layer), 0);
    for (String operation : List.of("gather", "scatter")) {
      List<Long> bytes = nodes(all, operation).stream().map(RecordedNode::bytes).toList();
      assertThat(bytes).hasSize(count).allMatch(part -> part >= 1);
      assertThat(bytes.stream().mapToLong(Long::longValue).sum()).isEqualTo(gathered);
      assertThat(bytes).allMatch(part -> Math.abs(part - gathered / count) <= 1);
    }
    List<Long> kernels = nodes(all, "y").stream().map(RecordedNode::bytes).toList();
    assertThat(kernels).hasSize(count).allMatch(part -> part > again);
    assertThat(kernels.stream().mapToLong(part -> part - again).sum()).isEqualTo(shared);
  }

  private static long nanos(Layer layer) {
    try {
      return StepSimulation.run(new PiecesFlattener(4, layer), StepProgress.SILENT).iterationNanos()
          - PiecesFlattener.OTHERS;
    } catch (UnfinishedStepException e) {
      throw new AssertionError(e);
    }
  }

  /** A quarter of a nanosecond more, so that it is cut to the same number however it is rounded. */
  private static long operations(long nanos) {
    return nanos * PiecesFlattener.PER_NANO + PiecesFlattener.PER_NANO / 4;
  }

  /** How long a collective of these bytes takes alone; a kernel of 1 ns stands beside it. */
  private static long alone(long gathered, long made) {
    return nanos(new Layer(1, gathered, operations(1), 1, 0, made)) - 1;
  }

  /**
   * N pieces of a gather, g each, before a kernel of N pieces, c each: the kernel waits for one
   * piece of the gather only, or its last piece for the whole gather.
   */
  @Property(tries = 100)
  void aGatherBeforeAKernelTakesThis(
      @ForAll @IntRange(min = 1, max = 9) int n,
      @ForAll @LongRange(min = 16, max = 1 << 20) long gathered,
      @ForAll @LongRange(min = 1, max = 1 << 20) long kernel) {
    long c = operations(kernel);
    long g = alone(gathered, 0);
    assertThat(nanos(new Layer(n, n * gathered, n * c, 1000, 0, 0)))
        .isEqualTo(Math.max(g + n * kernel, n * g + kernel));
  }

  /**
   * The same behind it: the first piece of the kernel, or the last of the scatter, stands alone.
   */
  @Property(tries = 100)
  void aScatterBehindAKernelTakesThis(
      @ForAll @IntRange(min = 1, max = 9) int n,
      @ForAll @LongRange(min = 16, max = 1 << 20) long made,
      @ForAll @LongRange(min = 1, max = 1 << 20) long kernel) {
    long c = operations(kernel);
    long s = alone(0, 4 * made);
    assertThat(nanos(new Layer(n, 0, n * c, 1000, 0, 4L * n * made)))
        .isEqualTo(Math.max(n * kernel + s, kernel + n * s));
  }

  /** With both, the scatter follows the whole gather on the lane. */
  @Property(tries = 100)
  void aKernelBetweenBothTakesThis(
      @ForAll @IntRange(min = 1, max = 9) int n,
      @ForAll @LongRange(min = 16, max = 1 << 20) long gathered,
      @ForAll @LongRange(min = 16, max = 1 << 20) long made,
      @ForAll @LongRange(min = 1, max = 1 << 20) long kernel) {
    long g = alone(gathered, 0);
    long s = alone(0, 4 * made);
    long lane = n * g;
    long done = 0;
    for (int i = 0; i < n; i++) {
      done = Math.max(done, (i + 1) * g) + kernel;
      lane = Math.max(lane, done) + s;
    }
    long c = operations(kernel);
    assertThat(nanos(new Layer(n, n * gathered, n * c, 1000, 0, 4L * n * made))).isEqualTo(lane);
  }
}
