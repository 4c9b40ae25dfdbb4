package io.heddle.processor.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.processor.Imports;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.emit.ParametersSource;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Models at the edges of what can be written: long lineages, patterns that are none. */
class WrittenModelsTest {
  private static final String FILE =
      """
      tfm 1
      import "std/clusters.tfm"
      model M0 {
        param width = 64
        dim b
        dim s = 16, h = width, voc = 128, f = 256
        block mlp(x[b s h]) {
          weight up[h f], down[f h]
          u[b s f] = gelu(x * up)
          return x + u * down
        }
        block other(x[b s h]) {
          a = rmsnorm(x)
          return x + a
        }
        embed tokens[voc h]
        STACKS
        head  logits[h voc]
      }
      """;

  private static final String PLAN =
      """
      plan P of MODEL {
        mesh dp = 8
        shard { b over dp }
        batch 16  micro_batch 1
        on hgx_h100
      }
      """;

  private static TfmCompiler check(String text) {
    TfmCompiler compiler = TfmCompiler.read(new Source("a.tfm", text), Imports.LIBRARY_ONLY);
    compiler.checkAll();
    return compiler;
  }

  @Test
  void aLongLineage() {
    StringBuilder text = new StringBuilder(FILE.replace("STACKS", "stack 2 of mlp"));
    for (int i = 1; i <= 5000; i++) {
      text.append("model M").append(i).append(" = M").append(i - 1).append("(width = ");
      text.append(64 + i % 7).append(")\n");
    }
    TfmCompiler compiler = check(text.append(PLAN.replace("MODEL", "M5000")).toString());
    assertThat(compiler.hasErrors()).as("%s", compiler.diagnostics()).isFalse();
    assertThat(compiler.compile("P").orElseThrow().numbers().parameters())
        .containsEntry("width", 64L + 5000 % 7);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "stack 4 of cycle(0 of mlp, 0 of other)  stack 2 of mlp",
        "stack 2097152 of cycle(mlp, other)  stack 2 of mlp",
        "stack 2 of mlp  stack 2097152 of cycle(mlp, other)",
        "stack 700000 of cycle(mlp, other)  stack 700000 of cycle(other, mlp)"
      })
  void patternsThatAreNone(String stacks) {
    TfmCompiler compiler = check(FILE.replace("STACKS", stacks) + PLAN.replace("MODEL", "M0"));
    assertThat(compiler.hasErrors()).isTrue();
  }

  /** Its name is that of the arguments of the record's own methods. */
  @Test
  void aParameterThatIsCalledValue() {
    String record =
        ParametersSource.of("M", Map.of("value", 64L), "demo", "MParameters").toString();
    assertThat(record)
        .contains("withValue_(long value)")
        .contains("record MParameters(long value_)");
  }
}
