package io.heddle.processor;

import io.heddle.processor.diagnose.Source;
import io.heddle.processor.program.Explanation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code explain} prints of the shipped plans, and their generated Java. */
final class GoldenTest {
  @ParameterizedTest
  @CsvSource({
    "llama3_8b, Node8",
    "llama3_8b, Pod64",
    "llama3_8b_long, Ring64",
    "gpt3_175b, Pod64",
    "gpt3_175b, Pod512",
    "gpt3_kp, Kp2x4",
    "gpt3_kp, Kp2x4Rc",
  })
  void explain(String model, String plan) {
    TfmCompiler.Compiled compiled = Sources.shipped(model + ".tfm", plan);
    String text = Explanation.of(compiled.program(), compiled.numbers());
    Golden.check("golden/" + model + "." + plan + ".explain.txt", text);
  }

  @Test
  void javaOfLlama() {
    String java = Sources.shipped("llama3_8b.tfm", "Pod64").java("demo").text();
    Golden.check("golden/llama3_8b.Pod64.java.txt", java);
  }

  /** Weights that are gathered layer by layer, and some operations computed again. */
  @Test
  void javaOfASplitLlama() {
    Source plain = Sources.shipped("llama3_8b.tfm");
    String text =
        plain
            .text()
            .replaceFirst(
                "(?s)(plan Pod64 .*?)recompute  none\\s+optimizer  adam sharded over dp",
                """
                $1recompute  attend, swiglu every 2
                  reduce     in gaps
                  optimizer  adam clipped sharded over dp, weights sharded(prefetch = 2)""");
    String java = Sources.compile(new Source("split.tfm", text), "Pod64").java("demo").text();
    Golden.check("golden/split.Pod64.java.txt", java);
  }

  @Test
  void javaOfDeepSeek() {
    String java = Sources.library("deepseek_v3", "DeepSeek_V3_H100x2048").java("demo").text();
    Golden.check("golden/deepseek_v3.java.txt", java);
  }
}
