package io.heddle.processor.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.processor.Imports;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.diagnose.Source;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever is read but not compiled is named at its place. */
final class NotYetTest {
  private static final String FILE =
      """
      tfm 1
      import "std/clusters.tfm"
      @file
      model M {
        param hidden = 4096, heads = 32, vocab = 1024, seq = 2048
        dim b
        dim s = seq, c = seq, h = hidden, n = heads, d = hidden / heads, voc = vocab
        @model
        block attention(x[b s h]) {
          weight wq[h n d], wk[h n d], wv[h n d], wo[n d h]
          @block
          a = rmsnorm(x)
          q[b s n d] = a * wq
          k[b s n d] = a * wk
          v[b s n d] = a * wv
          o[b s n d] = attend(q, k, v, over = s @keys)
          return x + o * wo
        }
        embed tokens[voc h]
        stack 4 of attention
        head logits[h voc]
      }
      plan P of M {
        mesh dp = 2, tp = 4
        shard {
          b over dp
          voc n over tp @rule
        }
        batch 8  micro_batch 1
        on hgx_h100(nodes = 1)
        @plan
      }
      """;

  @Test
  void withoutSuchConstructsTheFileCompiles() {
    TfmCompiler compiler = compile("@none", "");
    assertThat(compiler.diagnostics()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          @file  | op f(a) flops size(a) bytes 2 * bytes(a)         | `op`
          @model | begin attention                                  | `begin`
          @model | end attention                                    | `end`
          @model | block first() { return c }                       | a block without an argument
          @block | input p[b s h]                                   | `input`
          @block | z = x[s -> c]                                    | giving a dimension of a tensor another name
          @keys  | : c                                              | a dimension of its own for the keys
          @plan  | unfused                                          | `unfused`
          """)
  void isNamed(String place, String construct, String phrase) {
    TfmCompiler compiler = compile(place, construct);
    assertThat(compiler.diagnostics())
        .extracting(finding -> finding.message())
        .containsExactly(phrase + " is not supported in this version");
    assertThat(compiler.plans()).containsExactly("P");
    assertThat(compiler.compile("P", Overrides.NONE)).isEmpty();
  }

  private static TfmCompiler compile(String place, String construct) {
    String text = FILE.replace(place, construct).replaceAll("@\\w+", "");
    TfmCompiler compiler = TfmCompiler.read(new Source("a.tfm", text), Imports.LIBRARY_ONLY);
    compiler.checkAll();
    return compiler;
  }
}
