package io.heddle.processor;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.processor.diagnose.Source;
import io.heddle.processor.model.PlanChanges;
import io.heddle.processor.program.LocalNode;
import io.heddle.processor.program.Section;
import io.heddle.processor.program.Sizes;
import io.heddle.runtime.trace.CountingSink;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Attention that stores its scores. */
final class UnfusedTest {
  private static TfmCompiler.Compiled compile(String attend, String line) {
    String text =
        Sources.shipped("gpt3_175b.tfm")
            .text()
            .replace("attend(q, k, v, over = s)", attend)
            .replaceFirst("(?s)(plan Pod512 .*?)\n  on ", "$1\n  " + line + "\n  on ");
    TfmCompiler compiler = TfmCompiler.read(new Source("gpt.tfm", text), Imports.LIBRARY_ONLY);
    return compiler.compile("Pod512", PlanChanges.of("batch = 8")).orElseThrow();
  }

  private static Section attention(TfmCompiler.Compiled compiled) {
    return compiled.program().blocks().get(0);
  }

  private static List<String> operations(List<LocalNode> nodes) {
    return nodes.stream().map(LocalNode::operation).toList();
  }

  @Test
  void isProductsAndASoftmaxBetween() {
    Section program = attention(compile("attend(q, k, v, over = s)", "unfused"));
    assertThat(operations(program.forward()))
        .containsSubsequence("qkv", "o.scores", "o.softmax", "o", "wo");
    assertThat(operations(program.backward()))
        .containsSubsequence(
            "wo.dx", "wo.dw", "o.dv", "o.dscores", "o.softmax.dx", "o.dq", "o.dk", "qkv.dx");
  }

  @Test
  void dropsScoresBehindTheSoftmax() {
    Section program = attention(compile("attend(q, k, v, over = s, dropout)", "unfused"));
    assertThat(operations(program.forward()))
        .containsSubsequence("o.scores", "o.softmax", "o.dropout", "o");
    assertThat(operations(program.backward()))
        .containsSubsequence("o.dv", "o.dscores", "o.dropout.dx", "o.softmax.dx", "o.dq", "o.dk");
  }

  /** The model's products are the same; those of scores computed again are missing. */
  @ParameterizedTest
  @ValueSource(strings = {"attend(q, k, v, over = s)", "attend(q, k, v, over = s, causal)"})
  void operationsAreThoseOfFlashAttentionWithoutTheSecondScores(String attend) {
    CountingSink flash = Counts.of(GeneratedClass.flattener(compile(attend, "")));
    CountingSink unfused = Counts.of(GeneratedClass.flattener(compile(attend, "unfused")));
    assertThat(unfused.modelMatmulOperations()).isEqualTo(flash.modelMatmulOperations());
    long pairs = 8L * 2048 * 2048 * 96 * 12288 * (attend.contains("causal") ? 1 : 2);
    assertThat(flash.rescoreOperations().subtract(unfused.rescoreOperations()).longValueExact())
        .isEqualTo(pairs);
  }

  /** Scores, softmax and product with the values each move the whole square. */
  @Test
  void memoryHoldsTheScores() {
    TfmCompiler.Compiled compiled = compile("attend(q, k, v, over = s)", "unfused");
    Sizes sizes = new Sizes(compiled.numbers());
    long scores = 2L * 12 * 2048 * 2048;
    long tensor = 2L * 12 * 2048 * 128;
    for (LocalNode node : attention(compiled).forward()) {
      if (node instanceof LocalNode.Compute compute) {
        switch (compute.operation()) {
          case "o.scores", "o" ->
              assertThat(sizes.of(compute.bytes())).isEqualTo(2 * tensor + scores);
          case "o.softmax" -> assertThat(sizes.of(compute.bytes())).isEqualTo(2 * scores);
          default -> {}
        }
      }
    }
  }
}
