package io.heddle.processor;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.plan.Quantisation;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.program.LocalNode;
import io.heddle.processor.program.LocalNode.Compute;
import io.heddle.processor.program.Pass;
import io.heddle.processor.program.Saved;
import io.heddle.processor.program.Section;
import io.heddle.processor.program.Sizes;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Kernels before and behind the way to experts and back, byte by byte. */
final class TravellingRowsTest {
  private static final long TOKENS = 64;
  private static final long ROWS = 2 * TOKENS;
  private static final long H = 128;

  /** Scores of each token for four experts, bf16. */
  private static final long SCORES = 2 * TOKENS * 4;

  /** The tokens are the stream itself, and a norm makes what comes back. */
  private static TfmCompiler.Compiled compiled(String lines) {
    String text =
        """
        tfm 1
        import "std/clusters.tfm"
        model M {
          dim b
          dim s = 64, h = 128, f = 256, er = 4, e = 4, voc = 512
          dim t
          block moe(x[b s h]) {
            weight router[h er], up[e h f], down[e f h]
            c[b s er] = x * router
            p         = softmax(c)
            z[e t h]  = dispatch(x, p, top = 2)
            u[e t f]  = gelu(z * up)
            v[e t h]  = u * down
            m         = rmsnorm(v, weight = none)
            y         = combine(m, p)
            return x + y
          }
          embed tokens[voc h]
          stack 1 of moe
          head  logits[h voc] norm none
        }
        plan P of M {
          mesh   dp = 4
          shard  { b over dp  e over dp }
          batch  4  micro_batch 1
          %s
          on     hgx_h100
        }
        """;
    return Sources.compile(new Source("rows.tfm", text.formatted(lines)), "P");
  }

  private static Section moe(TfmCompiler.Compiled compiled) {
    return compiled.program().blocks().get(0);
  }

  private static List<LocalNode> nodes(TfmCompiler.Compiled compiled) {
    return moe(compiled).passes().stream().flatMap(pass -> pass.nodes().stream()).toList();
  }

  private static Compute kernel(TfmCompiler.Compiled compiled, String operation) {
    return (Compute)
        nodes(compiled).stream()
            .filter(node -> node.operation().equals(operation))
            .findFirst()
            .orElseThrow();
  }

  private static long bytes(TfmCompiler.Compiled compiled, String operation) {
    return new Sizes(compiled.numbers()).of(kernel(compiled, operation).bytes());
  }

  private static long operations(TfmCompiler.Compiled compiled, String operation) {
    return new Sizes(compiled.numbers()).of(kernel(compiled, operation).operations());
  }

  /** What `dispatch` reads is of the stream, what `combine` makes is not. */
  @Test
  void eachSideOfTheWayHasItsFormat() {
    TfmCompiler.Compiled wide = compiled("dtype bf16, stream fp32");
    assertThat(bytes(wide, "z")).isEqualTo(4 * TOKENS * H + 2 * ROWS * H + SCORES);
    assertThat(bytes(wide, "y")).isEqualTo(2 * ROWS * H + 2 * TOKENS * H + SCORES);
    // Rows are read for the scores, and written.
    assertThat(bytes(wide, "y.dx")).isEqualTo(2 * 2 * ROWS * H + 2 * TOKENS * H + SCORES);
    assertThat(bytes(wide, "z.dx")).isEqualTo(2 * ROWS * H + 4 * TOKENS * H + SCORES);
  }

  /** Gradients that came quantised are read so by what is no product, too. */
  @Test
  void aNormReadsRowsAsTheyCame() {
    TfmCompiler.Compiled rows = compiled("dtype mxfp8, exchanges mxfp8");
    assertThat(bytes(rows, "m.dx"))
        .isEqualTo(Quantisation.MXFP8.bytes(ROWS * H) + 2 * 2 * ROWS * H);
    assertThat(bytes(compiled("dtype mxfp8"), "m.dx")).isEqualTo(3 * 2 * ROWS * H);
  }

  /** Where nothing but the router is trained, no gradient goes to the experts. */
  @Test
  void theRouterAloneNeedsNoGradientOfRows() {
    TfmCompiler.Compiled router = compiled("freeze embed, moe.up, moe.down, head");
    assertThat(nodes(router))
        .extracting(LocalNode::operation)
        .contains("exchange.z", "exchange.m")
        .doesNotContain("exchange.dm", "exchange.dz", "m.dx", "z.dx");
    assertThat(bytes(router, "y.dx")).isEqualTo(2 * ROWS * H + 2 * TOKENS * H + SCORES);
    assertThat(operations(router, "y.dx")).isEqualTo(2 * ROWS * H);
    assertThat(kept(router)).contains("m.back");
  }

  /** Where the scores have no gradient, the rows that came back are neither kept nor read. */
  @Test
  void theExpertsAloneNeedNoGradientOfScores() {
    TfmCompiler.Compiled experts = compiled("freeze embed, moe.router, head");
    assertThat(nodes(experts))
        .extracting(LocalNode::operation)
        .contains("exchange.dm", "m.dx")
        .doesNotContain("exchange.dz", "z.dx", "c.dw");
    assertThat(bytes(experts, "y.dx")).isEqualTo(2 * ROWS * H + 2 * TOKENS * H + SCORES);
    assertThat(operations(experts, "y.dx")).isEqualTo(2 * ROWS * H);
    assertThat(kept(experts)).doesNotContain("m.back");
  }

  private static List<String> kept(TfmCompiler.Compiled compiled) {
    return moe(compiled).pass(Pass.Kind.BACKWARD, false).orElseThrow().kept().stream()
        .map(Saved::name)
        .toList();
  }
}
