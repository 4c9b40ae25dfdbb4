package io.heddle.processor.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.processor.GeneratedClass;
import io.heddle.processor.Sources;
import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.program.MemoryEstimate;
import io.heddle.runtime.trace.Flattener;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Layers in a pattern are those that would be written one by one. */
final class PatternsTest {
  private static final String FILE =
      """
      tfm 1
      import "std/clusters.tfm"
      model M {
        param layers = 7, none = 0, near = 2
        dim b
        dim s = 64, h = 64, g = 4, r = 2, d = 8, voc = 128, f = 256
        block local(x[b s h]) {
          weight wq[h g r d], wk[h g d], wv[h g d], wo[g r d h]
          a = rmsnorm(x)
          fused qkv { q[b s g r d] = a * wq  k[b s g d] = a * wk  v[b s g d] = a * wv }
          o[b s g r d] = attend(q, k, v, over = s, causal, window = 16)
          return x + o * wo
        }
        block global(x[b s h]) {
          weight wq[h g r d], wk[h g d], wv[h g d], wo[g r d h]
          a = rmsnorm(x)
          fused qkv { q[b s g r d] = a * wq  k[b s g d] = a * wk  v[b s g d] = a * wv }
          o[b s g r d] = attend(q, k, v, over = s, causal)
          return x + o * wo
        }
        block mlp(x[b s h]) {
          weight up[h f], down[f h]
          a        = rmsnorm(x)
          u[b s f] = gelu(a * up)
          return x + u * down
        }
        embed tokens[voc h]
        STACKS
        head  logits[h voc]
      }
      plan P of M {
        mesh pp = 2, dp = 2, tp = 2
        shard { b over dp  g f voc over tp  layers over pp  stream: s over tp }
        batch 16  micro_batch 1
        LINES
        optimizer adam sharded over dp, weights sharded
        on hgx_h100(nodes = 1)
      }
      """;

  private static final String PATTERN =
      "stack none of mlp  stack layers of cycle(near of (local, mlp), (global, mlp))";
  private static final String WRITTEN =
      "stack 2 of local, mlp  stack 1 of global, mlp  stack 2 of local, mlp  stack 1 of global, mlp"
          + "  stack 1 of local, mlp";

  private static Compiled compile(String stacks, String lines) {
    String text = FILE.replace("STACKS", stacks).replace("LINES", lines);
    return Sources.compile(new Source("m.tfm", text), "P");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "stages balanced",
        "stages 1 of 3, 1 of 4  recompute local every 2",
        "stages balanced  recompute full every 3",
        "stages balanced  schedule zero_bubble  recompute attend",
        "schedule interleaved(chunks = 2)  stages 1 of 1, 3 of 2",
      })
  void aPatternEmitsWhatItsLayersWouldOneByOne(String lines) {
    Compiled pattern = compile(PATTERN, lines);
    Compiled written = compile(WRITTEN, lines);
    Flattener one = GeneratedClass.flattener(pattern);
    Flattener other = GeneratedClass.flattener(written);
    Flattener interpreted = new InterpretedFlattener(pattern, one.plan());
    assertThat(one.parameters()).isEqualTo(other.parameters());
    assertThat(one.modelOperations()).isEqualTo(other.modelOperations());
    for (int rank : List.of(0, 3, 7)) {
      assertThat(NodeLines.of(one, rank)).isEqualTo(NodeLines.of(other, rank));
      assertThat(NodeLines.of(interpreted, rank)).isEqualTo(NodeLines.of(other, rank));
    }
    MemoryEstimate memory = new MemoryEstimate(pattern.program(), pattern.numbers());
    assertThat(memory.all())
        .isEqualTo(new MemoryEstimate(written.program(), written.numbers()).all());
  }
}
