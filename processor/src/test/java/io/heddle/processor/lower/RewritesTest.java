package io.heddle.processor.lower;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.processor.Golden;
import io.heddle.processor.Sources;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.model.Plan;
import io.heddle.processor.program.Pass;
import io.heddle.processor.program.RankProgram;
import io.heddle.processor.program.Section;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What each rewrite makes of a small program: {@code golden/rewrites}, before and after. */
final class RewritesTest {
  private static final String DENSE =
      """
      tfm 1
      import "std/clusters.tfm"
      model M {
        dim b
        dim s = 64, h = 64, f = 128, voc = 256
        block mlp(x[b s h]) {
          weight up[h f], down[f h]
          a        = rmsnorm(x)
          u[b s f] = gelu(a * up)
          return x + u * down
        }
        embed tokens[voc h]
        stack 4 of mlp
        head tied tokens
      }
      plan P of M {
        mesh pp = 2, dp = 2, tp = 2
        shard { b over dp  f voc over tp  layers over pp  stream: s over tp }
        LINES
        batch 8  micro_batch 1
        on hgx_h100(nodes = 1)
      }
      """;

  private static final String EXPERTS =
      """
      tfm 1
      import "std/clusters.tfm"
      model M {
        dim b, t
        dim s = 64, h = 64, f = 128, fe = 128, voc = 256, e = 8, er = 8
        block moe(x[b s h]) {
          weight router[h er], up[e h fe], down[e fe h], shared[h f], back[f h]
          a          = rmsnorm(x)
          p[b s er]  = sigmoid(a * router)
          z[e t h]   = dispatch(a, p, top = 2)
          u[e t fe]  = silu(z * up)
          m[e t h]   = u * down
          w[b s f]   = silu(a * shared)
          y[b s h]   = w * back
          c          = combine(m, p)
          return x + y + c
        }
        embed tokens[voc h]
        stack 2 of moe
        head logits[h voc]
      }
      plan P of M {
        mesh dp = 8
        shard { b over dp  e over dp }
        LINES
        batch 8  micro_batch 1
        on hgx_h100(nodes = 1)
      }
      """;

  private static Plan plan(String text, String lines) {
    return Sources.compile(new Source("a.tfm", text.replace("LINES", lines)), "P").plan();
  }

  /** The passes of a section before and behind a rewrite, those alone that it changes or adds. */
  private static String change(Plan plan, Class<? extends Rewrite> rewrite, String section) {
    List<Lowering.Lowered> steps = Lowering.steps(plan, new Diagnostics());
    for (int i = 1; i < steps.size(); i++) {
      if (steps.get(i).by().equals(rewrite.getSimpleName())) {
        Section before = section(steps.get(i - 1).program(), section);
        Section after = section(steps.get(i).program(), section);
        StringBuilder text = new StringBuilder();
        for (Pass pass : after.passes()) {
          Pass old = before.pass(pass.kind(), pass.recomputes()).orElse(null);
          if (!pass.equals(old)) {
            text.append(old == null ? "" : "before, " + ProgramText.of(old));
            text.append(old == null ? "new, " : "after, ").append(ProgramText.of(pass));
          }
        }
        return text.toString();
      }
    }
    throw new AssertionError(rewrite);
  }

  private static Section section(RankProgram program, String name) {
    return program.allBlocks().stream()
        .filter(section -> section.block().name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void recomputesAnOperation() {
    Plan plan = plan(DENSE, "recompute mlp.a");
    Golden.check("golden/rewrites/recompute.txt", change(plan, ComputeAgain.class, "mlp"));
  }

  @Test
  void recomputesABlock() {
    Plan plan = plan(DENSE, "recompute mlp");
    Golden.check("golden/rewrites/recompute_block.txt", change(plan, ComputeAgain.class, "mlp"));
  }

  @Test
  void placesExchanges() {
    Plan plan = plan(EXPERTS, "experts exchange = direct");
    Golden.check("golden/rewrites/exchanges.txt", change(plan, PlaceExchanges.class, "moe"));
  }

  @Test
  void runsBesideExchanges() {
    Plan plan = plan(EXPERTS, "overlap experts");
    Golden.check("golden/rewrites/beside.txt", change(plan, RunBesideExchanges.class, "moe"));
  }

  @Test
  void splitsTheBackwardPass() {
    Plan plan = plan(DENSE, "schedule zero_bubble");
    Golden.check("golden/rewrites/split.txt", change(plan, SplitBackward.class, "mlp"));
  }

  @Test
  void cutsInPieces() {
    Plan plan = plan(DENSE, "overlap tp chunks 4");
    Golden.check("golden/rewrites/pieces.txt", change(plan, CutInPieces.class, "mlp"));
  }

  @Test
  void endsTheStep() {
    Plan plan = plan(DENSE, "optimizer adam clipped sharded over dp");
    List<Lowering.Lowered> steps = Lowering.steps(plan, new Diagnostics());
    RankProgram last = steps.get(steps.size() - 1).program();
    Golden.check("golden/rewrites/step.txt", ProgramText.of(last.step().pass()));
    assertThat(steps.get(0).program().step().pass().nodes()).isEmpty();
  }

  /** A plan that asks for nothing gets nothing. */
  @Test
  void leaveAPlainProgramAlone() {
    List<Lowering.Lowered> steps = Lowering.steps(plan(DENSE, ""), new Diagnostics());
    for (int i = 1; i < steps.size() - 1; i++) {
      assertThat(steps.get(i).program().allBlocks())
          .as(steps.get(i).by())
          .isEqualTo(steps.get(0).program().allBlocks());
    }
  }
}
