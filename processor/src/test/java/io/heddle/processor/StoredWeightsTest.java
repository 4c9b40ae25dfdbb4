package io.heddle.processor;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.processor.diagnose.Source;
import io.heddle.processor.program.LocalNode.Compute;
import io.heddle.processor.program.MemoryEstimate;
import io.heddle.processor.program.Sizes;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Weights that inference stores in few bits: what kernels read, and what memory holds. */
class StoredWeightsTest {
  private static final String TEXT =
      """
      tfm 1
      import "std/models/%s.tfm"
      plan P of %s {
        mesh  tp = 8
        shard { g %s voc over tp }
        decode 16 (context = 64)
        dtype %s
        on hgx_h100
      }
      """;

  private static TfmCompiler.Compiled llama(String dtype) {
    return Sources.compile(
        new Source("a.tfm", TEXT.formatted("llama3", "Llama3_8B", "f", dtype)), "P");
  }

  private static TfmCompiler.Compiled oss(String dtype) {
    return Sources.compile(
        new Source("a.tfm", TEXT.formatted("gpt_oss", "GptOss_120B", "fe", dtype)), "P");
  }

  private static Compute kernel(TfmCompiler.Compiled compiled, String block, String operation) {
    return compiled.program().allBlocks().stream()
        .filter(each -> each.block().name().equals(block))
        .flatMap(each -> each.forward().stream())
        .filter(node -> node.operation().equals(operation))
        .map(Compute.class::cast)
        .findFirst()
        .orElseThrow();
  }

  private static long bytes(TfmCompiler.Compiled compiled, String block, String operation) {
    return new Sizes(compiled.numbers()).of(kernel(compiled, block, operation).bytes());
  }

  private static long weights(TfmCompiler.Compiled compiled) {
    return new MemoryEstimate(compiled.program(), compiled.numbers()).of(0).weights();
  }

  /** 16 rows of 4,096, of which a rank makes 6 heads of 128. */
  @ParameterizedTest
  @CsvSource({
    "bf16, 16",
    "'bf16, weights int8', 8",
    "'bf16, weights int4', 4.125",
    "'bf16, weights int4_g32', 4.5",
    "'bf16, weights mxfp4', 4.25"
  })
  void productsReadWhatIsStored(String dtype, double bits) {
    TfmCompiler.Compiled compiled = llama(dtype);
    long rows = 16L * 2 * (4096 + 6 * 128);
    assertThat(bytes(compiled, "attention", "qkv"))
        .isEqualTo(rows + (long) (4096 * 6 * 128 * bits / 8));
    // The head stays as it is.
    assertThat(bytes(compiled, "head", "logits")).isEqualTo(bytes(llama("bf16"), "head", "logits"));
    assertThat(new Sizes(compiled.numbers()).of(kernel(compiled, "attention", "qkv").operations()))
        .isEqualTo(2L * 16 * 4096 * 6 * 128);
  }

  /** Activations are quantised as the recipe says, weights stored as they are. */
  @Test
  void recipesAndStoredWeightsGoTogether() {
    long all = bytes(llama("fp8 blockwise"), "attention", "qkv");
    long stored = bytes(llama("fp8 blockwise, weights int4"), "attention", "qkv");
    long weights = 4096L * 6 * 128;
    assertThat(all - stored).isEqualTo(weights + weights / 32 - (weights / 2 + weights / 64));
  }

  /**
   * Layers of a rank have 8,192 · 4,096 / 8 weights of queries and results, a fourth of that of
   * keys and values, and 3 · 4,096 · 14,336 / 8; embedding and head 2 · 128,256 · 4,096 / 8 and 65
   * norms are in bf16.
   */
  @ParameterizedTest
  @CsvSource({"bf16, 16", "fp8 delayed, 8", "'bf16, weights int4', 4.125", "mxfp8, 8.25"})
  void memoryHoldsWhatIsStored(String dtype, double bits) {
    long linear = 32L * (2 * 4096 * 4096 + 2 * 4096 * 1024 + 3 * 4096 * 14336) / 8;
    long plain = 2L * 128256 * 4096 / 8 + 65 * 4096;
    assertThat(weights(llama(dtype))).isEqualTo((long) (linear * bits / 8) + 2 * plain);
  }

  /** Only the 128 experts of 36 layers have 4.25 bits; biases of experts do not. */
  @Test
  void expertsAloneAreStoredInFewBits() {
    TfmCompiler.Compiled few = oss("bf16, experts mxfp4");
    TfmCompiler.Compiled plain = oss("bf16");
    assertThat(bytes(few, "global", "qkv")).isEqualTo(bytes(plain, "global", "qkv"));
    assertThat(bytes(few, "moe", "c")).isEqualTo(bytes(plain, "moe", "c"));
    long experts = 36L * 128 * 3 * 2880 * 360;
    assertThat(weights(plain) - weights(few)).isEqualTo(2 * experts - (experts / 2 + experts / 32));
    assertThat(kernel(few, "moe", "gate_up").title()).isEqualTo("gemm mxfp4 weights");
  }

  /** Scores of experts are never in few bits. */
  @Test
  void routersStayAsTheyAre() {
    TfmCompiler.Compiled few = oss("bf16, weights int4");
    TfmCompiler.Compiled plain = oss("bf16");
    assertThat(bytes(few, "moe", "c")).isEqualTo(bytes(plain, "moe", "c"));
    assertThat(bytes(few, "moe", "gate_up")).isLessThan(bytes(plain, "moe", "gate_up") / 3);
    assertThat(bytes(few, "global", "qkv")).isLessThan(bytes(plain, "global", "qkv") / 3);
  }

  /** Products that score experts stay as they are under every recipe, forward and backward. */
  @Test
  void routersAreNotQuantised() {
    TfmCompiler.Compiled compiled =
        Sources.compile(
            new Source(
                "a.tfm",
                """
                tfm 1
                import "std/models/mixtral.tfm"
                plan P of Mixtral_8x7B {
                  mesh  dp = 8  view moe: (dp) = (ep)
                  shard { b over dp  e over ep }
                  batch 8  micro_batch 1
                  dtype fp8 blockwise
                  on hgx_h100
                }
                """),
            "P");
    List<Compute> products =
        compiled.program().allBlocks().stream()
            .flatMap(each -> each.nodes().stream())
            .filter(Compute.class::isInstance)
            .map(Compute.class::cast)
            .filter(node -> node.product() != null)
            .toList();
    assertThat(products)
        .filteredOn(node -> node.operation().matches("c(\\.d[xw])?"))
        .hasSize(3)
        .noneMatch(node -> node.title().contains("fp8"));
    assertThat(products)
        .filteredOn(node -> node.operation().startsWith("gate_up"))
        .isNotEmpty()
        .allMatch(node -> node.title().contains("fp8"));
  }
}
