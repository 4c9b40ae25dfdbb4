package io.heddle.processor;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.plan.Cluster;
import io.heddle.plan.NetworkDimension;
import io.heddle.plan.PlanValues;
import io.heddle.plan.Recompute;
import io.heddle.runtime.trace.CountingSink;
import io.heddle.runtime.trace.Flattener;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Counts over all ranks against formulas. Those of GPT-3 are equation 2 and the FLOP counts of
 * Narayanan et al. 2021, arXiv:2104.04473, multiplied out, so that they are whole numbers.
 */
final class ClosedFormsTest {
  private static final GeneratedClass GPT_64 = generated("gpt3_175b.tfm", "Pod64");
  private static final GeneratedClass GPT_512 = generated("gpt3_175b.tfm", "Pod512");
  private static final GeneratedClass LLAMA_8 = generated("llama3_8b.tfm", "Node8");
  private static final GeneratedClass LLAMA_64 = generated("llama3_8b.tfm", "Pod64");

  /** GPT-3: layers, hidden size, vocabulary, sequence. */
  private static final long L = 96;

  private static final long H = 12288;
  private static final long V = 51200;
  private static final long S = 2048;

  private static GeneratedClass generated(String file, String plan) {
    return GeneratedClass.of(Sources.shipped(file, plan).java("demo"));
  }

  private static BigInteger product(long... factors) {
    BigInteger product = BigInteger.ONE;
    for (long factor : factors) {
      product = product.multiply(BigInteger.valueOf(factor));
    }
    return product;
  }

  @Test
  void parameters() {
    assertThat(LLAMA_8.flattener(LLAMA_8.defaults()).parameters()).isEqualTo(8_030_261_248L);
    assertThat(LLAMA_64.flattener(LLAMA_64.defaults()).parameters()).isEqualTo(8_030_261_248L);
    // 12 l h^2 (1 + 13 / 12 h + (V + s) / 12 l h), and the final norm.
    long gpt = 12 * L * H * H + 13 * L * H + (V + S) * H + 2 * H;
    assertThat(gpt).isEqualTo(174_615_846_912L);
    assertThat(GPT_64.flattener(GPT_64.defaults()).parameters()).isEqualTo(gpt);
    assertThat(GPT_512.flattener(GPT_512.defaults()).parameters()).isEqualTo(gpt);
  }

  /** One generated class serves every size: the formula holds for other parameters too. */
  @Test
  void parametersOfAnotherSize() {
    PlanValues small =
        GPT_64
            .defaults()
            .withParameter("layers", 16)
            .withParameter("hidden", 1024)
            .withParameter("heads", 16)
            .withParameter("ffn", 4096)
            .withParameter("vocab", 1600)
            .withParameter("seq", 128);
    long expected = 12L * 16 * 1024 * 1024 + 13 * 16 * 1024 + (1600 + 128) * 1024 + 2 * 1024;
    assertThat(GPT_64.flattener(small).parameters()).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "Pod64, NONE, 64",
    "Pod64, FULL, 64",
    "Pod512, NONE, 128",
    "Pod512, FULL, 64",
  })
  void matrixProductsOfGpt3(String plan, Recompute.Extent extent, long batch) {
    Recompute recompute = new Recompute(extent, 1);
    GeneratedClass generated = plan.equals("Pod64") ? GPT_64 : GPT_512;
    Flattener flattener =
        generated.flattener(generated.defaults().withBatch(batch, 1).withRecompute(recompute));
    CountingSink counts = Counts.of(flattener);

    BigInteger model =
        product(72, batch, S, L, H, H)
            .add(product(12, batch, S, S, L, H))
            .add(product(6, batch, S, H, V));
    BigInteger again =
        extent == Recompute.Extent.NONE
            ? BigInteger.ZERO
            : product(24, batch, S, L, H, H).add(product(4, batch, S, S, L, H));
    assertThat(counts.modelMatmulOperations()).isEqualTo(model);
    assertThat(flattener.modelOperations()).contains(model);
    assertThat(counts.recomputedMatmulOperations()).isEqualTo(again);
    if (extent == Recompute.Extent.FULL) {
      assertThat(model.add(again))
          .isEqualTo(
              product(96, batch, S, L, H, H)
                  .add(product(16, batch, S, S, L, H))
                  .add(product(6, batch, S, H, V)));
    }
    // Flash attention's backward computes the scores again: one of its five products. Beside it
    // stand the biases inside the fused projection: 3 h a token, forward, backward and again.
    long passes = extent == Recompute.Extent.FULL ? 3 : 2;
    assertThat(counts.rescoreOperations())
        .isEqualTo(product(2, batch, S, S, L, H).add(product(passes * 3, batch, S, L, H)));
  }

  @Test
  void matrixProductsOfLlama() {
    long batch = 32;
    Flattener flattener = LLAMA_64.flattener(LLAMA_64.defaults().withBatch(batch, 1));
    CountingSink counts = Counts.of(flattener);
    long s = 8192;
    long h = 4096;
    // Per token and layer: queries, keys, values, output; three matrices of the feed-forward.
    long weights = h * h + 2 * h * 1024 + h * h + 3 * h * 14336;
    BigInteger forward =
        product(2, batch, s, 32, weights)
            // Scores and values, the causal half of them.
            .add(product(2, batch, s, s, 32, h))
            .add(product(2, batch, s, h, 128256));
    assertThat(counts.modelMatmulOperations()).isEqualTo(forward.multiply(BigInteger.valueOf(3)));
    assertThat(flattener.modelOperations()).contains(forward.multiply(BigInteger.valueOf(3)));
    assertThat(counts.recomputedMatmulOperations()).isZero();
    assertThat(counts.rescoreOperations()).isEqualTo(product(batch, s, s, 32, h));
    assertThat(flattener.tokens()).isEqualTo(batch * s);
  }

  /** Every parameter is updated once for each rank that holds it, in the part that is its own. */
  @Test
  void updatedParameters() {
    Flattener gpt = GPT_512.flattener(GPT_512.defaults().withBatch(64, 1));
    long split = 12 * L * H * H + 7 * L * H;
    long whole = 6 * L * H + 2 * H + S * H;
    // The tied table is on two stages; what tp does not split, each of its 8 ranks updates.
    assertThat(Counts.optimizerOperations(gpt) / 14).isEqualTo(split + 2 * V * H + 8 * whole);

    Flattener llama = LLAMA_8.flattener(LLAMA_8.defaults());
    long norms = (2 * 32 + 1) * 4096;
    assertThat(Counts.optimizerOperations(llama) / 14).isEqualTo(8_030_261_248L + 7 * norms);
  }

  /** ZeRO-1: gradients are reduce-scattered once a step, new weights gathered. */
  @Test
  void bytesOfTheStepWithShardedOptimizer() {
    Flattener gpt = GPT_512.flattener(GPT_512.defaults().withBatch(128, 1));
    long ranksOfStage = 64;
    long norms = 6 * L * H + 2 * H;
    // Each rank's own share, times the 8 ranks of tp: what one replica holds.
    long replica = 12 * L * H * H + 7 * L * H + 2 * V * H + 8 * (norms + S * H);
    assertThat(Counts.stepBytes(gpt))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "ALL_REDUCE reduce.tp", ranksOfStage * norms * 4,
                "ALL_REDUCE reduce.tied.tokens", 2 * 8 * V * H * 4,
                "REDUCE_SCATTER scatter.dp", 8 * replica * 4,
                "ALL_GATHER gather.weights.dp", replica * 2));
  }

  /** Without sharding, gradients are all-reduced once a step, and nothing is gathered. */
  @Test
  void bytesOfThePlainStep() {
    PlanValues two = GPT_64.defaults().withAxis("dp", 2);
    Flattener gpt = GPT_64.flattener(two.on(grown(two.cluster(), 2)));
    long replica = 12 * L * H * H + 7 * L * H + 2 * V * H + 8 * (6 * L * H + 2 * H + S * H);
    assertThat(Counts.stepBytes(gpt))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "ALL_REDUCE reduce.tied.tokens", 2 * 2 * V * H * 4,
                "ALL_REDUCE reduce.dp", 2 * replica * 4));
  }

  private static Cluster grown(Cluster cluster, int factor) {
    List<NetworkDimension> dimensions = new ArrayList<>(cluster.dimensions());
    NetworkDimension last = dimensions.remove(dimensions.size() - 1);
    dimensions.add(
        new NetworkDimension(
            last.topology(), last.size() * factor, last.bandwidth(), last.latencyNanos()));
    return new Cluster(cluster.name(), cluster.device(), dimensions);
  }
}
