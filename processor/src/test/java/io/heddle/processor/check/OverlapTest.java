package io.heddle.processor.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.plan.InvalidPlanException;
import io.heddle.processor.GeneratedClass;
import io.heddle.processor.Imports;
import io.heddle.processor.Sources;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.diagnose.Diagnostic;
import io.heddle.processor.diagnose.Source;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is said of a line {@code overlap}. */
class OverlapTest {
  private static Source source(String lines) {
    String text =
        """
        tfm 1
        import "std/clusters.tfm"
        model M {
          dim b
          dim s = 64, h = 64, voc = 64, f = 128
          block mlp(x[b s h]) {
            weight up[h f], down[f h]
            a        = rmsnorm(x)
            u[b s f] = gelu(a * up)
            return x + u * down
          }
          embed tokens[voc h]
          stack 2 of mlp
          head logits[h voc]
        }
        plan P of M {
          mesh dp = 2, tp = 4
          shard { b over dp  f voc over tp  stream: s over tp }
          LINES
          batch 4  micro_batch 1
          on hgx_h100(nodes = 1)
        }
        """;
    return new Source("a.tfm", text.replace("LINES", lines));
  }

  private static List<String> findings(String lines) {
    TfmCompiler compiler = TfmCompiler.read(source(lines), Imports.LIBRARY_ONLY);
    compiler.checkAll();
    return compiler.diagnostics().stream().map(OverlapTest::text).toList();
  }

  private static String text(Diagnostic finding) {
    return finding.code().id() + " " + finding.message();
  }

  @ParameterizedTest
  @ValueSource(strings = {"2", "4", "64", "tp", "2 * tp"})
  void numbersOfPieces(String chunks) {
    assertThat(findings("overlap tp chunks " + chunks)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "1", "65", "tp / 4", "1099511627776"})
  void tooFewAndTooManyPieces(String chunks) {
    assertThat(findings("overlap tp chunks " + chunks))
        .containsExactly("TFM2020 out of range: expected a number such as `chunks 4`");
  }

  @ParameterizedTest
  @CsvSource({
    "overlap cp chunks 4,TFM1001 unknown axis `cp`",
    "overlap tp chunks cp,TFM1001 unknown axis `cp`",
    "overlap tp chunks tp / 3,TFM2021 4 / 3 leaves the remainder 1",
    "'overlap tp, tp chunks 4',TFM3005 axis `tp` appears twice in one list",
    "overlap tp chunks 4 overlap dp chunks 4,TFM1009 a second `overlap`",
    "overlap dp chunks 4,TFM5003 no collective over `dp` stands alone beside a matrix product",
    "'overlap dp, tp chunks 4',TFM5003 no collective over `dp` stands alone beside a matrix product",
    "overlap experts,TFM5004 there is no exchange of experts to run beside",
  })
  void whatIsWrong(String lines, String finding) {
    assertThat(findings(lines)).containsExactly(finding);
  }

  @Test
  void expertsTwice() {
    assertThat(findings("overlap experts overlap experts"))
        .containsExactly("TFM1009 a second `overlap experts`");
  }

  /** The number may depend on the mesh, which one generated class serves in all its sizes. */
  @Test
  void piecesThatFollowTheMesh() {
    GeneratedClass generated =
        GeneratedClass.of(Sources.compile(source("overlap tp chunks tp"), "P").java("demo"));
    assertThat(generated.flattener(generated.defaults().withAxis("tp", 2).withAxis("dp", 4)))
        .isNotNull();
    assertThatThrownBy(
            () -> generated.flattener(generated.defaults().withAxis("tp", 1).withAxis("dp", 8)))
        .isInstanceOf(InvalidPlanException.class)
        .hasMessageContaining("a.tfm:19:21: error[TFM2020]: out of range");
  }
}
