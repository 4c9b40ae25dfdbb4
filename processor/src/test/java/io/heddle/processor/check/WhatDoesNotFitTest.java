package io.heddle.processor.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.processor.Imports;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostic;
import io.heddle.processor.diagnose.Source;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Axes of the pipeline on dimensions, and experts that do not fit their routing. */
final class WhatDoesNotFitTest {
  private static final String FILE =
      """
      tfm 1
      import "std/clusters.tfm"
      model M {
        param layers = 2, top = 2, columns = 4
        dim b, t
        dim s = 16, h = 16, voc = 16, f = 16, e = 4, er = columns
        block moe(x[b s h]) {
          weight router[h er], up[e h f], down[e f h]
          a         = rmsnorm(x)
          p[b s er] = sigmoid(a * router)
          z[e t h]  = dispatch(a, p, top = top)
          u[e t f]  = silu(z * up)
          m[e t h]  = u * down
          return x + combine(m, p)
        }
        embed tokens[voc h]
        stack layers of moe
        head  logits[h voc]
      }
      plan P of M {
        mesh pp = 2, dp = 4
        shard {
          b e    over dp
          layers over pp
          @shard
        }
        @plan
        batch 16  micro_batch 1
        on hgx_h100
      }
      """;

  private static TfmCompiler read(String shard, String plan) {
    String text = FILE.replace("@shard", shard).replace("@plan", plan);
    return TfmCompiler.read(new Source("a.tfm", text), Imports.LIBRARY_ONLY);
  }

  private static TfmCompiler.Compiled compile(String plan) {
    TfmCompiler compiler = read("", plan);
    return compiler.compile("P").orElseThrow(() -> new AssertionError(compiler.diagnostics()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          f over pp         | ''
          stream: h over pp | ''
          voc over pp       | ''
          ''                | pin moe.up[e h f/pp]
          ''                | pin moe.a[b s/pp h]
          ''                | pin grad moe.up[e h/pp f]
          ''                | view v: (pp dp) = (x y) where y = 4
          """)
  void theAxisOfThePipelineSplitsNothingElse(String shard, String plan) {
    TfmCompiler compiler = read(shard, plan);
    assertThat(compiler.compile("P")).isEmpty();
    assertThat(compiler.diagnostics())
        .extracting(Diagnostic::code)
        .containsOnly(Code.PIPELINE_AXIS);
  }

  /** 4 replicas of 16 tokens go to 2 of 4 experts each: 32 rows to an expert. */
  @ParameterizedTest
  @CsvSource({
    "'',32",
    "capacity = 1.25,40",
    "imbalance = 1.5,48",
    "'capacity = 1.25, imbalance = 1.5',40",
    "'capacity = 2.0, imbalance = 1.5',48"
  })
  void anExpertHasNoMoreRowsThanRoom(String experts, long rows) {
    TfmCompiler.Compiled compiled = compile(experts.isEmpty() ? "" : "experts " + experts);
    assertThat(compiled.numbers().dims())
        .anySatisfy(
            (dim, size) -> {
              assertThat(dim.name()).isEqualTo("t");
              assertThat(size).isEqualTo(rows);
            });
  }

  @ParameterizedTest
  @ValueSource(strings = {"top = 5", "columns = 8", "columns = 2"})
  void tokensGoToExpertsThatThereAre(String parameter) {
    String name = parameter.substring(0, parameter.indexOf(' '));
    String text = FILE.replaceAll("\\b" + name + " = \\d", parameter);
    TfmCompiler compiler =
        TfmCompiler.read(
            new Source("a.tfm", text.replace("@shard", "").replace("@plan", "")),
            Imports.LIBRARY_ONLY);
    assertThat(compiler.compile("P")).isEmpty();
    assertThat(compiler.diagnostics()).extracting(Diagnostic::code).containsOnly(Code.EXPERT_SHAPE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          causal, causal           | causal
          dropout, causal, dropout | dropout
          window = 3, window = 4   | window
          over = s                 | over
          """)
  void attentionIsToldEverythingOnce(String more, String twice) {
    String text =
        """
        tfm 1
        model M {
          dim b, s = 8, h = 8, voc = 8
          block only(x[b s h]) {
            o = attend(x, x, x, over = s, %s)
            return x + o
          }
          embed tokens[voc h]
          stack 2 of only
          head logits[h voc] norm none
        }
        """;
    TfmCompiler compiler =
        TfmCompiler.read(new Source("a.tfm", text.formatted(more)), Imports.LIBRARY_ONLY);
    compiler.checkAll();
    assertThat(compiler.diagnostics())
        .anySatisfy(
            finding -> {
              assertThat(finding.code()).isEqualTo(Code.GIVEN_TWICE);
              assertThat(finding.message()).contains("`" + twice + "`");
            });
  }

  @Test
  void otherwiseThePlanCompiles() {
    assertThat(compile("").plan().name()).isEqualTo("P");
  }
}
