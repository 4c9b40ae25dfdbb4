package io.heddle.runtime.trace;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.plan.Recompute;
import io.heddle.plan.mesh.Collective;
import io.heddle.plan.mesh.Group;
import io.heddle.runtime.pipeline.SmallFlattener;
import java.math.BigInteger;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class CountingSinkTest {
  private static final int PP = 2;
  private static final int DP = 2;
  private static final int TP = 2;
  private static final int LAYERS = 4;
  private static final int MICRO_BATCHES = 3;
  private static final int KERNELS = 2;

  private static CountingSink count(Recompute recompute, int from, int to) {
    Flattener flattener =
        new SmallFlattener(
            SmallFlattener.plan(PP, DP, TP, LAYERS, MICRO_BATCHES).withRecompute(recompute),
            KERNELS);
    CountingSink sink = new CountingSink();
    for (int rank = from; rank < to; rank++) {
      flattener.emit(rank, sink);
    }
    return sink;
  }

  private static BigInteger times(long count, long size) {
    return BigInteger.valueOf(count).multiply(BigInteger.valueOf(size));
  }

  @Test
  void operationsAreSplitByWhatTheyAreFor() {
    CountingSink all = count(Recompute.FULL, 0, PP * DP * TP);
    long lines = DP * TP;
    long layerPasses = (long) LAYERS * MICRO_BATCHES * lines;
    long model = (2 * layerPasses * KERNELS) + 2 * MICRO_BATCHES * lines;
    assertThat(all.modelMatmulOperations()).isEqualTo(times(model, SmallFlattener.MATMUL));
    assertThat(all.recomputedMatmulOperations())
        .isEqualTo(times(layerPasses * KERNELS, SmallFlattener.MATMUL));
    assertThat(all.rescoreOperations())
        .isEqualTo(times(layerPasses * KERNELS, SmallFlattener.RESCORE));
    long embeds = 2 * MICRO_BATCHES * lines;
    assertThat(all.pointwiseOperations())
        .isEqualTo(times(embeds + PP * lines, SmallFlattener.POINTWISE));
    assertThat(all.operations())
        .isEqualTo(
            all.modelMatmulOperations()
                .add(all.recomputedMatmulOperations())
                .add(all.rescoreOperations())
                .add(all.pointwiseOperations()));
    assertThat(all.computeNodes())
        .isEqualTo(3 * layerPasses * KERNELS + 2 * MICRO_BATCHES * lines + embeds + PP * lines);
    assertThat(all.memoryBytes()).isEqualTo(times(all.computeNodes(), SmallFlattener.STREAM));
    assertThat(count(Recompute.NONE, 0, 8).recomputedMatmulOperations()).isZero();
  }

  @Test
  void communicationIsCountedByCollectiveAndAxes() {
    CountingSink all = count(Recompute.NONE, 0, PP * DP * TP);
    long ranks = PP * DP * TP;
    long passes = 2L * LAYERS * MICRO_BATCHES * DP * TP;
    assertThat(all.traffic())
        .containsExactlyInAnyOrder(
            new Traffic(
                Collective.ALL_REDUCE, List.of("dp"), ranks, times(ranks, SmallFlattener.STREAM)),
            new Traffic(
                Collective.ALL_REDUCE, List.of("pp"), ranks, times(ranks, SmallFlattener.STREAM)),
            new Traffic(
                Collective.ALL_GATHER,
                List.of("tp"),
                passes,
                times(passes, SmallFlattener.STREAM / TP)),
            new Traffic(
                Collective.REDUCE_SCATTER,
                List.of("tp"),
                passes,
                times(passes, SmallFlattener.STREAM)));
    assertThat(all.collectiveNodes()).isEqualTo(2 * ranks + 2 * passes);
    long messages = 2L * MICRO_BATCHES * DP * TP * (PP - 1);
    assertThat(all.sendNodes()).isEqualTo(messages);
    assertThat(all.receiveNodes()).isEqualTo(messages);
    assertThat(all.sentBytes()).isEqualTo(times(messages, SmallFlattener.STREAM));
    assertThat(all.usedGroups()).extracting(Group::id).isSorted().hasSize(4 + 4 + 4);
    assertThat(all.nodes()).isEqualTo(all.computeNodes() + all.collectiveNodes() + 2 * messages);
  }

  @Test
  void countsOfPartsJoin() {
    CountingSink joined = count(Recompute.FULL, 0, 3);
    joined.add(count(Recompute.FULL, 3, 8));
    CountingSink all = count(Recompute.FULL, 0, 8);
    assertThat(joined.nodes()).isEqualTo(all.nodes());
    assertThat(joined.operations()).isEqualTo(all.operations());
    assertThat(joined.traffic()).isEqualTo(all.traffic());
    assertThat(joined.sentBytes()).isEqualTo(all.sentBytes());
    assertThat(joined.memoryBytes()).isEqualTo(all.memoryBytes());
  }

  @Property
  void sumsNeverOverflow(
      @ForAll List<@LongRange(min = 0) Long> some,
      @ForAll List<@LongRange(min = 0) Long> others,
      @ForAll @LongRange(min = 0) long times) {
    ExactSum sum = new ExactSum();
    some.forEach(sum::add);
    ExactSum more = new ExactSum();
    others.forEach(more::add);
    sum.add(more, times);
    BigInteger expected = BigInteger.ZERO;
    for (long value : some) {
      expected = expected.add(BigInteger.valueOf(value));
    }
    for (long value : others) {
      expected = expected.add(BigInteger.valueOf(value).multiply(BigInteger.valueOf(times)));
    }
    assertThat(sum.value()).isEqualTo(expected);
  }
}
