package io.heddle.runtime.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.plan.mesh.Collective;
import io.heddle.plan.mesh.Group;
import io.heddle.runtime.emit.Headers;
import io.heddle.runtime.pipeline.SmallFlattener;
import io.heddle.runtime.straggler.InvalidStragglersException;
import io.heddle.runtime.straggler.Jitter;
import io.heddle.runtime.straggler.Millionths;
import io.heddle.runtime.straggler.Straggler;
import io.heddle.runtime.straggler.Straggler.Scope;
import io.heddle.runtime.straggler.Stragglers;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class StragglingFlattenerTest {
  private static final int RANKS = 8;

  private final Flattener plain = new SmallFlattener(SmallFlattener.plan(2, 2, 2, 4, 3), 2);

  private static Straggler slow(Scope scope, int number, int factor) {
    return new Straggler(scope, number, BigDecimal.valueOf(factor, 6));
  }

  private static Stragglers stragglers(
      int rank, int ofRank, int stage, int ofStage, int jitter, long seed) {
    return new Stragglers(
        List.of(slow(Scope.RANK, rank, ofRank), slow(Scope.STAGE, stage, ofStage)),
        new Jitter(BigDecimal.valueOf(jitter, 6), seed));
  }

  /** What a sink hears of a kernel. */
  private record Heard(
      long id, long scaledOperations, long scaledBytes, long operations, long bytes, long matmul) {}

  private static final class Kernels implements NodeSink {
    final List<Heard> heard = new ArrayList<>();

    @Override
    public void compute(NodeHeader node, Kernel kernel) {
      heard.add(
          new Heard(
              node.id(),
              node.scaled(kernel.operations()),
              node.scaled(kernel.bytes()),
              kernel.operations(),
              kernel.bytes(),
              kernel.matmulOperations()));
    }

    @Override
    public void collective(NodeHeader node, Collective collective, Group group, long bytes) {}

    @Override
    public void send(NodeHeader node, int peer, int tag, long bytes) {}

    @Override
    public void receive(NodeHeader node, int peer, int tag, long bytes) {}
  }

  private static List<Heard> kernels(Flattener flattener, int rank) {
    Kernels kernels = new Kernels();
    flattener.emit(rank, kernels);
    return kernels.heard;
  }

  @Property(tries = 100)
  void kernelsAreScaledAndTellTheirWork(
      @ForAll @IntRange(max = RANKS - 1) int rank,
      @ForAll @IntRange(min = 1_000_000, max = 20_000_000) int ofRank,
      @ForAll @IntRange(max = 1) int stage,
      @ForAll @IntRange(min = 1_000_000, max = 20_000_000) int ofStage,
      @ForAll @IntRange(max = 500_000) int jitter,
      @ForAll long seed) {
    Stragglers stragglers = stragglers(rank, ofRank, stage, ofStage, jitter, seed);
    Flattener slowed = StragglingFlattener.of(plain, stragglers);
    for (int each = 0; each < RANKS; each++) {
      long factor = stragglers.factor(each, plain.stage(each));
      Jitter.OfRank ofKernel = stragglers.jitter().of(each);
      List<Heard> expected = new ArrayList<>();
      for (Heard kernel : kernels(plain, each)) {
        long scale = Millionths.product(factor, ofKernel.factor(kernel.id()));
        expected.add(
            new Heard(
                kernel.id(),
                Millionths.product(kernel.operations(), scale),
                Millionths.product(kernel.bytes(), scale),
                kernel.operations(),
                kernel.bytes(),
                kernel.matmul()));
      }
      assertThat(kernels(slowed, each)).isEqualTo(expected);
    }
  }

  @Property(tries = 50)
  void nothingElseChanges(
      @ForAll @IntRange(max = RANKS - 1) int rank,
      @ForAll @IntRange(min = 1_000_000, max = 20_000_000) int ofRank,
      @ForAll @IntRange(min = 1, max = 500_000) int jitter,
      @ForAll long seed) {
    Flattener slowed =
        StragglingFlattener.of(plain, stragglers(rank, ofRank, 1, 1_000_000, jitter, seed));
    CountingSink counts = new CountingSink();
    CountingSink slowedCounts = new CountingSink();
    for (int each = 0; each < RANKS; each++) {
      assertThat(RecordedNode.of(slowed, each))
          .usingRecursiveFieldByFieldElementComparatorIgnoringFields("bytes")
          .isEqualTo(RecordedNode.of(plain, each));
      assertThat(communication(slowed, each)).isEqualTo(communication(plain, each));
      plain.emit(each, counts);
      slowed.emit(each, new TeeSink(new Kernels(), slowedCounts));
    }
    assertThat(slowedCounts).usingRecursiveComparison().isEqualTo(counts);
    assertThat(slowed.stragglers().slow()).hasSize(2);
  }

  private static List<RecordedNode> communication(Flattener flattener, int rank) {
    return RecordedNode.of(flattener, rank).stream()
        .filter(node -> node.kind() != RecordedNode.Kind.COMPUTE)
        .toList();
  }

  @Test
  void actionsInTurnAreTheWholeRank() {
    Flattener slowed = StragglingFlattener.of(plain, stragglers(1, 3_000_000, 0, 1_500_000, 9, 4));
    Kernels inTurn = new Kernels();
    RankTrace trace = slowed.open(1);
    for (int action = 0; action < slowed.actions(1); action++) {
      trace.emit(action, inTurn);
    }
    assertThat(inTurn.heard).isEqualTo(kernels(slowed, 1));
  }

  @Test
  void factorsOfOneChangeNothingAtAll() {
    assertThat(StragglingFlattener.of(plain, Stragglers.NONE)).isSameAs(plain);
    Stragglers one = stragglers(1, 1_000_000, 1, 1_000_000, 0, 7);
    assertThat(StragglingFlattener.of(plain, one)).isSameAs(plain);
  }

  @Test
  void ranksAndStagesThatAreNotThereAreRefused() {
    Stragglers ninth = stragglers(RANKS, 1_000_000, 1, 2_000_000, 0, 0);
    assertThatThrownBy(() -> StragglingFlattener.of(plain, ninth))
        .isInstanceOf(InvalidStragglersException.class)
        .hasMessageContaining("rank 8");
  }

  @Test
  void aKernelThatGetsTooLargeIsNamed() {
    Kernels kernels = new Kernels();
    NodeSink scaling = new ScalingSink(kernels, 3, 1_500_000, Jitter.NONE.of(3));
    NodeHeader node = Headers.of(17, "mlp.up");
    assertThatThrownBy(
            () -> scaling.compute(node, Kernel.of("mlp.up", Long.MAX_VALUE / 3 * 2 + 2, 1)))
        .isInstanceOf(InvalidStragglersException.class)
        .hasMessage(
            "rank 3, node 17 (fwd.mb0.layer2.mlp.up): 6148914691236517206 operations by 1.5 are"
                + " more than 63 bits hold; take smaller factors");
    assertThatThrownBy(() -> scaling.compute(node, Kernel.of("mlp.up", 1, Long.MAX_VALUE)))
        .hasMessageContaining(Long.MAX_VALUE + " bytes");
    assertThat(kernels.heard).isEmpty();
  }

  @Test
  void whatCannotRunIsHandedOnToBeRefused() {
    Kernels kernels = new Kernels();
    NodeSink scaling = new ScalingSink(kernels, 3, 1_500_000, Jitter.NONE.of(3));
    scaling.compute(Headers.of(1, "mlp.up"), Kernel.of("mlp.up", 0, 1));
    scaling.compute(Headers.of(2, "mlp.up"), Kernel.of("mlp.up", 1, -1));
    assertThat(kernels.heard)
        .containsExactly(new Heard(1, 0, 1, 0, 1, 0), new Heard(2, 1, -1, 1, -1, 0));
  }
}
