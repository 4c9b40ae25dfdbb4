package io.heddle.processor.program;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.processor.Sources;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.diagnose.Source;
import org.junit.jupiter.api.Test;

/** What lives within passes, against sums by hand. */
class PassMemoryTest {
  private static final long S = 64;
  private static final long H = 256;
  private static final long F = 1024;

  private static StageMemory memory(int vocabulary, String engine, String lines) {
    String text =
        """
        tfm 1
        import "std/clusters.tfm"
        model M {
          dim b
          dim s = 64, h = 256, f = 1024, voc = %d
          block mlp(x[b s h]) {
            weight up[h f], down[f h]
            a        = rmsnorm(x)
            u[b s f] = gelu(a * up)
            y[b s h] = u * down
            return x + y
          }
          embed tokens[voc h]
          stack 2 of mlp
          head  logits[h voc]
        }
        engine mine { %s }
        plan P of M {
          mesh  dp = 8
          shard { b over dp }
          batch 8  micro_batch 1
          engine mine
          %s
          on    hgx_h100
        }
        """
            .formatted(vocabulary, engine, lines);
    TfmCompiler.Compiled compiled = Sources.compile(new Source("m.tfm", text), "P");
    return compiled.memory().stages().orElseThrow().get(0);
  }

  /** The gradient of the stream, and behind gelu the gradients of what it read and made. */
  @Test
  void gradientsOfALayerLiveUntilTheyAreRead() {
    StageMemory memory = memory(8, "step (fixed = 1 us)", "");
    assertThat(memory.transients()).isEqualTo(2 * S * H + 2 * 2 * S * F);
    assertThat(memory.head()).isZero();
    assertThat(memory.reserve()).isZero();
  }

  /** Behind gelu two gradients are left: of the stream, and of what gelu read. */
  @Test
  void theGradientOfAProductStandsApart() {
    StageMemory memory = memory(8, "memory (product = 4)", "");
    // The kernel of the weight's gradient stands behind that of its input.
    assertThat(memory.transients()).isEqualTo(2 * S * H + 2 * S * F + 2 * S * H + 4 * H * F);
  }

  @Test
  void copiesOfLogitsLiveInTheLoss() {
    long logits = S * 50_000;
    StageMemory plain = memory(50_000, "step (fixed = 1 us)", "");
    StageMemory memory = memory(50_000, "memory (logit = 12)", "");
    assertThat(plain.head()).isEqualTo(memory.head()).isGreaterThan(2 * logits);
    assertThat(memory.transients()).isEqualTo(12 * logits);
    assertThat(memory.again()).isZero();
  }

  @Test
  void whatAnEngineHoldsBesides() {
    StageMemory plain = memory(8, "step (fixed = 1 us)", "");
    StageMemory memory =
        memory(8, "memory (gradient = 2, activations = 1.5, allocator = 10 %, buffers = 1 GB)", "");
    long parameters = plain.weights() / 2;
    assertThat(memory.gradients()).isEqualTo(plain.gradients() + 2 * parameters);
    assertThat(memory.activations()).isEqualTo((long) Math.ceil(1.5 * plain.activations()));
    assertThat(memory.reserve())
        .isEqualTo((long) Math.ceil(0.1 * memory.allocated() + 1_000_000_000));
    assertThat(memory.peak()).isEqualTo(memory.allocated() + memory.reserve());
  }

  /** Scattered layer by layer, the gradients of one layer stand whole before they are. */
  @Test
  void aBucketOfGradientsIsWholeBeforeItIsScattered() {
    StageMemory whole = memory(8, "step (fixed = 1 us)", "optimizer adam sharded over dp");
    StageMemory sharded =
        memory(8, "step (fixed = 1 us)", "optimizer adam sharded over dp, weights sharded");
    long layer = 2 * H * F + H;
    assertThat(sharded.transients() - whole.transients()).isEqualTo(4 * layer);
  }
}
