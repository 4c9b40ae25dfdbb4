package io.heddle.processor.lower;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.processor.Golden;
import io.heddle.processor.Sources;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.program.LocalNode;
import io.heddle.processor.program.LocalNode.Compute;
import io.heddle.processor.program.Origin;
import io.heddle.processor.program.Origin.Rule;
import io.heddle.processor.program.Pass;
import io.heddle.processor.program.RankProgram;
import io.heddle.processor.program.Section;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** Each collective says which rule placed it, and which line of the plan decided. */
final class OriginsTest {
  private static final String TEXT =
      """
      tfm 1
      import "std/clusters.tfm"
      model M {
        dim b
        dim s = 64, h = 64, f = 128, voc = 256, g = 4, d = 16, hd = 64
        block attention(x[b s h]) {
          weight wq[h g d], wk[h g d], wv[h g d], wo[g d h]
          a          = rmsnorm(x)
          q[b s g d] = a * wq
          k[b s g d] = a * wk
          v[b s g d] = a * wv
          o          = attend(q, k, v, over = s, causal)
          return x + o * wo
        }
        block mlp(x[b s h]) {
          weight up[h f], down[f h]
          a        = rmsnorm(x)
          u[b s f] = gelu(a * up)
          return x + u * down
        }
        embed tokens[voc h]
        stack 4 of attention, mlp
        head tied tokens
      }
      plan P of M {
        mesh   pp = 2, dp = 2, cp = 2, tp = 2
        shard  { b over dp  s over cp  f g voc over tp  layers over pp  STREAM }
        LINES
        batch  8  micro_batch 1
        on     hgx_h100(nodes = 2)
      }
      """;

  private static RankProgram compile(String stream, String lines) {
    String text = TEXT.replace("STREAM", stream).replace("LINES", lines);
    return Sources.compile(new Source("m.tfm", text), "P").program();
  }

  private static String text(Span span) {
    String line = span.source().text().lines().toList().get(span.line() - 1);
    return line.substring(span.column() - 1, span.column() - 1 + span.length());
  }

  /** All but plain kernels, a line each. */
  private static String table(RankProgram program) {
    StringBuilder table = new StringBuilder();
    for (Section section : program.allBlocks()) {
      for (Pass pass : section.passes()) {
        pass.nodes().forEach(node -> row(table, section.block().name(), pass, node));
      }
    }
    program.step().pass().nodes().forEach(node -> row(table, "", program.step().pass(), node));
    return table.toString();
  }

  private static void row(StringBuilder table, String section, Pass pass, LocalNode node) {
    Origin origin = node.origin();
    boolean isPlain = origin.rule() == Rule.OPERATION || origin.rule() == Rule.BACKWARD;
    if (node instanceof Compute && isPlain) {
      return;
    }
    Span line = origin.line();
    String decided = line == null ? "" : "%s at %s".formatted(text(line), line);
    table.append(
        String.format(
                Locale.ROOT,
                "%-32s %-20s %-12s %s",
                (section + " " + pass.title()).strip(),
                node.operation(),
                origin.rule(),
                decided)
            .stripTrailing());
    table.append('\n');
  }

  @Test
  void ofSequenceParallelism() {
    RankProgram program =
        compile(
            "stream: s over cp, tp",
            "context all_gather\n  recompute mlp.u\n  optimizer adam sharded over dp");
    Golden.check("golden/origins/sequence.txt", table(program));
  }

  @Test
  void ofTensorParallelismAlone() {
    RankProgram program = compile("", "context ring\n  optimizer adam clipped");
    Golden.check("golden/origins/tensor.txt", table(program));
  }

  @Test
  void ofAPin() {
    RankProgram program = compile("", "pin mlp.u[b/dp s/cp f]\n  context all_to_all");
    List<Rule> rules = new ArrayList<>();
    program.blocks().get(1).forward().forEach(node -> rules.add(node.origin().rule()));
    assertThat(rules).contains(Rule.RESULT_PIN);
    Golden.check("golden/origins/pin.txt", table(program));
  }

  @Test
  void sayInWordsWhyANodeIsThere() {
    RankProgram program = compile("stream: s over cp, tp", "context ring");
    LocalNode gather =
        program.blocks().get(1).forward().stream()
            .filter(node -> node.operation().equals("gather.a"))
            .findFirst()
            .orElseThrow();
    assertThat(gather.origin().describe())
        .isEqualTo(
            "the weight never moves: tensors come to where it lies (rule 3b): m.tfm:27:47, for"
                + " m.tfm:18:21");
  }
}
