package io.heddle.processor;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.processor.diagnose.Rendering;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.program.CollectiveKind;
import io.heddle.processor.program.LocalNode;
import io.heddle.processor.program.LocalNode.Communicate;
import io.heddle.processor.program.LocalNode.Compute;
import io.heddle.processor.program.LocalNode.Shape.Gemm;
import io.heddle.processor.program.MemoryEstimate;
import io.heddle.processor.program.Sizes;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whole experts on ranks that all have the tokens: each computes what its own get. */
class WholeExpertsTest {
  private static final String TEXT =
      """
      tfm 1
      import "std/models/gpt_oss.tfm"
      plan P of GptOss_120B {
        mesh  %s
        shard { g voc over tp  %s }
        %s
        on hgx_h100(nodes = 2)
      }
      """;

  private static TfmCompiler.Compiled compiled(String mesh, String rules, String lines) {
    return Sources.compile(new Source("a.tfm", TEXT.formatted(mesh, rules, lines)), "P");
  }

  private static List<LocalNode> moe(TfmCompiler.Compiled compiled) {
    return compiled.program().allBlocks().stream()
        .filter(each -> each.block().name().equals("moe"))
        .flatMap(each -> each.forward().stream())
        .toList();
  }

  private static List<Communicate> collectives(TfmCompiler.Compiled compiled) {
    return moe(compiled).stream()
        .filter(Communicate.class::isInstance)
        .map(Communicate.class::cast)
        .toList();
  }

  private static Compute kernel(TfmCompiler.Compiled compiled, String operation) {
    return moe(compiled).stream()
        .filter(node -> node.operation().equals(operation))
        .map(Compute.class::cast)
        .findFirst()
        .orElseThrow();
  }

  /**
   * 16 tokens of 4 experts each are 64 rows, 8 on each of 8 ranks; they reach 128 (1 - (1 -
   * 4/128)^16) / 8 of its experts, 6.4. What comes back is reduced once, a token and not a row.
   */
  @Test
  void eachRankTakesTheRowsOfItsExperts() {
    TfmCompiler.Compiled compiled =
        compiled("dp = 2, tp = 8", "b over dp  e over tp", "decode 16 (context = 64)");
    Sizes sizes = new Sizes(compiled.numbers());
    assertThat(collectives(compiled))
        .singleElement()
        .satisfies(
            sum -> {
              assertThat(sum.kind()).isEqualTo(CollectiveKind.ALL_REDUCE);
              assertThat(sum.axes()).containsExactly("tp");
              assertThat(sizes.of(sum.bytes())).isEqualTo(2L * 16 * 2880);
            });
    Gemm products = (Gemm) kernel(compiled, "gate_up").shape();
    assertThat(sizes.of(products.batch())).isEqualTo(6);
    assertThat(sizes.of(products.m())).isEqualTo(2);
    assertThat(sizes.of(kernel(compiled, "gate_up").matmulOperations()))
        .isEqualTo(2L * 8 * 2880 * 2 * 2880);
    // Reads 16 tokens with their scores, and writes the rows of its own experts.
    assertThat(sizes.of(kernel(compiled, "z").bytes()))
        .isEqualTo(2L * (16 * 2880 + 16 * 128 + 8 * 2880));
  }

  /**
   * The same weights on each rank as parts of all experts, but for biases, which are whole there.
   */
  @Test
  void memoryIsThatOfPartsOfExperts() {
    String decode = "decode 16 (context = 64)";
    TfmCompiler.Compiled whole = compiled("dp = 2, tp = 8", "b over dp  e over tp", decode);
    TfmCompiler.Compiled parts = compiled("dp = 2, tp = 8", "b over dp  fe over tp", decode);
    long biases = 2L * 36 * 128 * 2880;
    assertThat(weights(parts) - weights(whole)).isEqualTo(biases - biases / 8);
  }

  private static long weights(TfmCompiler.Compiled compiled) {
    return new MemoryEstimate(compiled.program(), compiled.numbers()).of(0).weights();
  }

  /** Over `dp` rows travel, of which each rank has those for the experts of its place in `tp`. */
  @Test
  void replicasExchangeWhatTheRanksOfEachShare() {
    TfmCompiler.Compiled compiled =
        compiled("dp = 2, tp = 8", "b over dp  e over dp, tp", "decode 16 (context = 64)");
    Sizes sizes = new Sizes(compiled.numbers());
    List<Communicate> all = collectives(compiled);
    assertThat(all.stream().map(Communicate::kind))
        .containsExactly(
            CollectiveKind.ALL_TO_ALL, CollectiveKind.ALL_TO_ALL, CollectiveKind.ALL_REDUCE);
    assertThat(all.stream().map(Communicate::axes))
        .containsExactly(List.of("dp"), List.of("dp"), List.of("tp"));
    assertThat(all.stream().map(node -> sizes.of(node.bytes())))
        .containsExactly(2L * 8 * 2880, 2L * 8 * 2880, 2L * 16 * 2880);
  }

  /** Gradients would be partial sums, and ranks with different rows have no common size. */
  @ParameterizedTest
  @CsvSource({
    "batch 16 micro_batch 1",
    "decode 16 (context = 64) experts load = hot_rank(factor = 2)",
  })
  void whatIsNotSupportedIsRefused(String lines) {
    String text = TEXT.formatted("dp = 2, tp = 8", "b over dp  e over tp", lines);
    TfmCompiler compiler = TfmCompiler.read(new Source("a.tfm", text), Imports.LIBRARY_ONLY);
    assertThat(compiler.compile("P")).isEmpty();
    assertThat(Rendering.of(compiler.diagnostics())).contains("TFM3028");
  }
}
