package io.heddle.processor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.heddle.plan.PlanValues;
import io.heddle.plan.Recompute;
import io.heddle.processor.diagnose.Source;
import io.heddle.runtime.trace.Flattener;
import java.math.BigInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The operations of the model itself, against those that the ranks of plans run. */
final class ModelOperationsTest {
  private static final Source LLAMA = Sources.shipped("llama3_8b.tfm");
  private static final Source MIXTRAL = Imports.library("std/models/mixtral.tfm").orElseThrow();
  private static final String MIXTRAL_PLAN = "Mixtral_8x7B_H100x64";

  private static GeneratedClass generated(Source source, String plan, String from, String to) {
    assertThat(source.text()).contains(from);
    Source changed = new Source(source.path(), source.text().replace(from, to));
    return GeneratedClass.of(Sources.compile(changed, plan).java("demo"));
  }

  private static GeneratedClass llama(String from, String to) {
    return generated(LLAMA, "Pod64", from, to);
  }

  private static BigInteger model(Flattener flattener) {
    return flattener.modelOperations().orElseThrow();
  }

  private static BigInteger run(Flattener flattener) {
    return Counts.of(flattener).modelMatmulOperations();
  }

  @ParameterizedTest
  @CsvSource({
    "llama2, Llama2_7B_A100x64, 64",
    "llama3, Llama3_8B_H100x64, 64",
    "gpt3, Gpt3_22B_A100x8, 8",
    "mixtral, Mixtral_8x7B_H100x64, 8",
    "vit, ViT_L16_A100x64, 64",
    "dit, DiT_XL2_A100x8, 8",
  })
  void areThoseThatRunWhereNothingIsRepeated(String family, String plan, long batch) {
    GeneratedClass generated = GeneratedClass.of(Sources.library(family, plan).java("demo"));
    Flattener flattener = generated.flattener(generated.defaults().withBatch(batch, 1));
    assertThat(model(flattener)).isEqualTo(run(flattener));
  }

  /**
   * Multiplications of one image in the forward pass of DiT-XL/2, which table 4 of Peebles and Xie
   * (2023) gives as 118.64 Gflops with what is no product. Backward there are twice as many, but
   * for the gradients of pixels and waves.
   */
  @Test
  void areThosePublishedOfADiffusionTransformer() {
    long h = 1152;
    long s = 256;
    long layer = s * 12 * h * h + 2 * s * s * h + 6 * h * h;
    long given = s * 16 * h + 256 * h;
    long forward = 28 * layer + given + h * h + 2 * h * h + s * h * 32;
    assertThat(forward / 1e9).isCloseTo(118.64, within(0.02));
    GeneratedClass generated =
        GeneratedClass.of(Sources.library("dit", "DiT_XL2_A100x8").java("demo"));
    Flattener flattener = generated.flattener(generated.defaults().withBatch(8, 1));
    assertThat(model(flattener)).isEqualTo(BigInteger.valueOf(8 * 2 * (3 * forward - given)));
  }

  /** Every tensor rank computes all of the logits. */
  @Test
  void countWhatRanksRepeatOnce() {
    GeneratedClass split = llama("stream: s over tp", "");
    GeneratedClass whole =
        llama(
            "g f voc over tp\n    layers  over pp\n    stream: s over tp",
            "g f     over tp\n    layers  over pp\n");
    Flattener repeating = whole.flattener(whole.defaults().withBatch(2, 1));
    assertThat(model(repeating))
        .isEqualTo(model(split.flattener(split.defaults().withBatch(2, 1))));
    BigInteger head = BigInteger.valueOf(6L * 2 * 8192 * 4096).multiply(BigInteger.valueOf(128256));
    assertThat(run(repeating))
        .isEqualTo(model(repeating).add(head.multiply(BigInteger.valueOf(7))));
  }

  @Test
  void countNoPadding() {
    GeneratedClass padded = llama("g f voc over tp", "g f  over tp  voc over tp padded");
    PlanValues odd = padded.defaults().withBatch(2, 1).withParameter("vocab", 128_251);
    Flattener flattener = padded.flattener(odd);
    BigInteger rows = BigInteger.valueOf(128_256 - 128_251);
    BigInteger padding = BigInteger.valueOf(6L * 2 * 8192 * 4096).multiply(rows);
    assertThat(run(flattener)).isEqualTo(model(flattener).add(padding));
  }

  @ParameterizedTest
  @CsvSource({"1, 8, 8", "4, 4, 4", "2, 32, 1", "8, 1, 8"})
  void areTheSameOnEveryMesh(int pp, int dp, int tp) {
    GeneratedClass generated = llama("", "");
    PlanValues plan = generated.defaults();
    PlanValues other =
        plan.withAxis("pp", pp).withAxis("dp", dp).withAxis("tp", tp).withBatch(128, 1);
    assertThat(model(generated.flattener(other))).isEqualTo(model(generated.flattener(plan)));
    assertThat(model(generated.flattener(other.withRecompute(Recompute.FULL))))
        .isEqualTo(model(generated.flattener(plan)));
    assertThat(model(generated.flattener(other.withBatch(128, 2))))
        .isEqualTo(model(generated.flattener(plan)));
  }

  /** Capacity and imbalance make experts run more rows than there are tokens for. */
  @Test
  void haveAsManyRowsAsTokensAreSent() {
    GeneratedClass even = generated(MIXTRAL, MIXTRAL_PLAN, "batch 128", "batch 128");
    GeneratedClass uneven =
        generated(
            MIXTRAL,
            MIXTRAL_PLAN,
            "  batch 128",
            "  experts capacity = 1.25, imbalance = 1.1\n  batch 128");
    Flattener plain = even.flattener(even.defaults().withBatch(8, 1));
    Flattener more = uneven.flattener(uneven.defaults().withBatch(8, 1));
    assertThat(model(more)).isEqualTo(model(plain)).isEqualTo(run(plain));
    assertThat(run(more)).isGreaterThan(run(plain));
  }
}
