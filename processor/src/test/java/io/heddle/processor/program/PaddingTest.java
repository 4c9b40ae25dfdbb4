package io.heddle.processor.program;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.processor.Imports;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.diagnose.Source;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class PaddingTest {
  private static final String FILE =
      """
      tfm 1
      import "std/clusters.tfm"
      model M {
        param hidden = 64, vocab = 50257, seq = 32
        dim b
        dim s = seq, h = hidden, voc = vocab, f = 4 * hidden
        block mlp(x[b s h]) {
          weight up[h f], down[f h]
          a = layernorm(x)
          u[b s f] = gelu(a * up)
          return x + u * down
        }
        embed tokens[voc h]
        stack 2 of mlp
        head tied tokens
      }
      plan P of M {
        mesh tp = 8
        shard { f over tp  RULE }
        batch 4  micro_batch 1
        on hgx_h100(nodes = 1)
      }
      """;

  @Test
  void roundsUpToTheRanksThatSplit() {
    // 50,257 to the next multiple of 8 is 50,264.
    assertThat(explain("voc over tp padded")).contains("M 32 K 64 N 6283");
  }

  @Test
  void roundsUpToAMultiple() {
    // 50,257 to the next multiple of 1,024 is 51,200.
    assertThat(explain("voc over tp padded to 128 * tp")).contains("M 32 K 64 N 6400");
  }

  @Test
  void paddingIsNoParameter() {
    long parameters = 50257L * 64 + 2 * (2 * 64 * 256 + 2 * 64) + 2 * 64;
    assertThat(explain("voc over tp padded"))
        .contains(String.format(Locale.ROOT, "parameters %,d in all", parameters));
  }

  @Test
  void withoutItTheVocabularyMustDivide() {
    TfmCompiler compiler = read("voc over tp");
    assertThat(compiler.compile("P")).isEmpty();
    assertThat(compiler.diagnostics())
        .extracting(finding -> finding.code().id())
        .containsExactly("TFM3002");
  }

  private static String explain(String rule) {
    Compiled compiled = read(rule).compile("P").orElseThrow();
    return Explanation.of(compiled.program(), compiled.numbers()).replaceAll(" +", " ");
  }

  private static TfmCompiler read(String rule) {
    return TfmCompiler.read(new Source("m.tfm", FILE.replace("RULE", rule)), Imports.LIBRARY_ONLY);
  }
}
