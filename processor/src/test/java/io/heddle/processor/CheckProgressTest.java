package io.heddle.processor;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.processor.diagnose.Diagnostic;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.model.PlanChanges;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A check compiles the points of a sweep until one is kept, and tells of those before it. */
final class CheckProgressTest {
  private static final String FILE =
      """
      tfm 1
      import "std/clusters.tfm"
      model M {
        dim b
        dim s = 32, h = 64, f = 128, voc = 128
        block mlp(x[b s h]) {
          weight up[h f], down[f h]
          a = rmsnorm(x)
          u[b s f] = a * up
          g = gelu(u)
          return x + g * down
        }
        embed tokens[voc h]
        stack 2 of mlp
        head logits[h voc]
      }
      plan P of M {
        mesh dp = 1, tp = 8
        shard { b over dp  f voc over tp }
        batch 840  micro_batch 1
        on hgx_h100(nodes = 1)
      }
      sweep Schedules of P {
        schedule in POINTS
      }
      """;

  private static List<String> told(String points, List<String> findings) {
    TfmCompiler compiler =
        TfmCompiler.read(new Source("a.tfm", FILE.replace("POINTS", points)), Imports.LIBRARY_ONLY);
    List<String> told = new ArrayList<>();
    compiler.check(
        compiler.plans(), PlanChanges.NONE, (tried, all) -> told.add(tried + " of " + all));
    compiler.diagnostics().stream().map(Diagnostic::message).forEach(findings::add);
    return told;
  }

  @Test
  void nobodyIsToldWhereTheFirstPointIsKept() {
    List<String> findings = new ArrayList<>();
    assertThat(told("gpipe, interleaved(chunks = 3)", findings)).isEmpty();
    assertThat(findings).isEmpty();
  }

  @Test
  void pointsBeforeTheFirstThatIsKeptAreTold() {
    List<String> findings = new ArrayList<>();
    assertThat(
            told("interleaved(chunks = 3), interleaved(chunks = 5), gpipe, one_f_one_b", findings))
        .containsExactly("1 of 4", "2 of 4");
    assertThat(findings).isEmpty();
  }

  @Test
  void aSweepThatKeepsNothingIsTriedToItsEnd() {
    List<String> findings = new ArrayList<>();
    assertThat(
            told(
                "interleaved(chunks = 3), interleaved(chunks = 5), interleaved(chunks = 7)",
                findings))
        .containsExactly("1 of 3", "2 of 3", "3 of 3");
    assertThat(findings).containsExactly("sweep `Schedules` keeps none of its 3 points");
  }
}
