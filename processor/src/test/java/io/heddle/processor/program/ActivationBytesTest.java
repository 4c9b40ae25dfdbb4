package io.heddle.processor.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.heddle.processor.Sources;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.diagnose.Source;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What GPT keeps of a micro-batch, against Korthikanti et al. 2022, arXiv:2205.05198: table 2,
 * exactly, but for the statistics of normalisations, which it leaves out; and figures 1 and 7.
 */
final class ActivationBytesTest {
  private static final String MODEL =
      """
      tfm 1
      import "std/clusters.tfm"
      model Gpt {
        param layers = 96, hidden = 12288, heads = 96, vocab = 51200
        dim b
        dim s = 2048, h = hidden, voc = vocab, f = 4 * hidden, n = heads, d = hidden / heads
        block attention(x[b s h]) {
          weight wq[h n d], wk[h n d], wv[h n d], wo[n d h]
          weight bq[n d], bk[n d], bv[n d], bo[h]
          a = layernorm(x)
          fused qkv {
            q[b s n d] = a * wq + bq
            k[b s n d] = a * wk + bk
            v[b s n d] = a * wv + bv
          }
          o[b s n d] = attend(q, k, v, over = s, dropout)
          y[b s h]   = o * wo + bo
          return x + dropout(y)
        }
        block mlp(x[b s h]) {
          weight up[h f], bu[f], down[f h], bd[h]
          a        = layernorm(x)
          u[b s f] = gelu(a * up + bu)
          y[b s h] = u * down + bd
          return x + dropout(y)
        }
        embed tokens[voc h], positions[s h]
        stack layers of attention, mlp
        head  tied tokens
      }
      plan P of Gpt {
        mesh pp = @pp, tp = 8
        shard {
          n f voc over tp
          layers over pp
          @stream
        }
        batch 1024  micro_batch @micro
        @lines
        on dgx_a100(nodes = @pp)
      }
      """;

  private static MemoryEstimate estimate(
      int stages, int microBatch, boolean sequence, String lines) {
    String text =
        MODEL
            .replace("@pp", String.valueOf(stages))
            .replace("@micro", String.valueOf(microBatch))
            .replace("@stream", sequence ? "stream: s over tp" : "")
            .replace("@lines", lines);
    return of(text);
  }

  private static MemoryEstimate of(String text) {
    TfmCompiler.Compiled compiled = Sources.compile(new Source("gpt.tfm", text), "P");
    return new MemoryEstimate(compiled.program(), compiled.numbers());
  }

  private static long layer(MemoryEstimate estimate) {
    return estimate.layers(0, 1, MemoryEstimate.Kind.TENSORS_AND_MASKS);
  }

  @ParameterizedTest
  @CsvSource({"1", "2", "4"})
  void table2(int microBatch) {
    long s = 2048;
    long h = 12288;
    long a = 96;
    long t = 8;
    long sbh = s * microBatch * h;
    long scores = 5 * a * s * s * microBatch / t;
    assertThat(layer(estimate(1, microBatch, false, "unfused")))
        .isEqualTo(10 * sbh + 24 * sbh / t + scores);
    assertThat(layer(estimate(1, microBatch, true, "unfused"))).isEqualTo(34 * sbh / t + scores);
    assertThat(layer(estimate(1, microBatch, false, "unfused recompute attend")))
        .isEqualTo(10 * sbh + 24 * sbh / t);
    assertThat(layer(estimate(1, microBatch, true, "unfused recompute attend")))
        .isEqualTo(34 * sbh / t);
    // A fused kernel keeps none of the scores.
    assertThat(layer(estimate(1, microBatch, true, ""))).isEqualTo(34 * sbh / t);
    assertThat(layer(estimate(1, microBatch, false, "recompute full"))).isEqualTo(2 * sbh);
    assertThat(layer(estimate(1, microBatch, true, "recompute full"))).isEqualTo(2 * sbh / t);
  }

  /**
   * Between the parts of a backward pass: inputs of the products, 2 for each of qkv and up, 2 for
   * the output, 8 for down; and the gradients of their results, 6, 2, 8 and 2. In all 32 s b h, as
   * Qi et al. 2023, arXiv:2401.10241, table 1, have it, on one rank. Tensor parallelism splits
   * those between its two products; a stream that is split keeps the inputs so, but the gradients
   * of results as they were gathered.
   */
  @ParameterizedTest
  @CsvSource({
    "1, false, none",
    "8, false, none",
    "8, true, none",
    "8, true, full",
    "8, true, gelu",
    "4, true, 'mlp, attend'",
    "8, false, layernorm"
  })
  void betweenThePartsOfABackwardPass(int tensor, boolean sequence, String recompute) {
    String text =
        MODEL
            .replace("tp = 8", "tp = " + tensor)
            .replace("@pp", "2")
            .replace("@micro", "1")
            .replace("@stream", sequence ? "stream: s over tp" : "")
            .replace("@lines", "schedule zero_bubble recompute " + recompute);
    MemoryEstimate estimate = of(text);
    long sbh = 2048L * 12288;
    long layer = sequence ? 4 * sbh + 28 * sbh / tensor : 8 * sbh + 24 * sbh / tensor;
    long tokens = 2048;
    long head = 2 * sbh / (sequence ? tensor : 1) + 2 * tokens * 51200 / tensor;
    assertThat(estimate.held(0, 0)).isEqualTo(48 * layer);
    assertThat(estimate.held(1, 0)).isEqualTo(48 * layer + head);
  }

  @Test
  void aWholeBackwardPassHoldsNothing() {
    assertThat(estimate(2, 1, true, "schedule one_f_one_b").held(0, 0)).isZero();
  }

  /** With `every`, layers that are not computed again keep all. */
  @ParameterizedTest
  @CsvSource({"2, 48", "3, 32", "5, 19"})
  void everyNthLayer(int every, int again) {
    MemoryEstimate estimate = estimate(1, 1, true, "unfused recompute full every " + every);
    MemoryEstimate plain = estimate(1, 1, true, "unfused");
    long part = 2048L * 12288 / 8;
    assertThat(estimate.layers(0, 96, MemoryEstimate.Kind.TENSORS_AND_MASKS))
        .isEqualTo((96L - again) * layer(plain) + 2 * part * again);
  }

  /** Point-wise results that stand again are dropped; their inputs were kept anyway. */
  @ParameterizedTest
  @CsvSource({"gelu, 8", "layernorm, 4", "mlp, 19", "attention, 11", "'gelu, layernorm', 12"})
  void partsOfALayer(String recompute, long spared) {
    long part = 2048L * 12288 / 8;
    assertThat(layer(estimate(1, 1, true, "recompute " + recompute)))
        .isEqualTo((34 - spared) * part);
  }

  /**
   * The first stage, layers only; interleaving keeps (p - 1) / (p v) more. States are 18 bytes for
   * each parameter of the layers. Numbers as read off the figures.
   */
  @ParameterizedTest
  @CsvFileSource(resources = "/io/heddle/processor/memory/korthikanti.csv", numLinesToSkip = 1)
  void figures(
      String name,
      int layers,
      int hidden,
      int heads,
      int stages,
      int microBatch,
      int chunks,
      double states,
      double plain,
      double selective) {
    long each = layers / stages;
    double inFlight = Math.min(stages, 1024 / microBatch);
    double more = chunks == 1 ? 1 : 1 + (stages - 1) / ((double) stages * chunks);
    String model =
        MODEL
            .replace("layers = 96", "layers = " + layers)
            .replace("hidden = 12288", "hidden = " + hidden)
            .replace("heads = 96", "heads = " + heads)
            .replace("@pp", String.valueOf(stages))
            .replace("@micro", String.valueOf(microBatch));
    MemoryEstimate all = of(model.replace("@stream", "").replace("@lines", "unfused"));
    MemoryEstimate some =
        of(
            model
                .replace("@stream", "stream: s over tp")
                .replace("@lines", "unfused recompute attend"));
    double gib = 1L << 30;
    assertThat(all.layers(0, each, MemoryEstimate.Kind.TENSORS_AND_MASKS) * inFlight * more / gib)
        .as(name)
        .isCloseTo(plain, within(0.005 * plain));
    assertThat(some.layers(0, each, MemoryEstimate.Kind.TENSORS_AND_MASKS) * inFlight * more / gib)
        .isCloseTo(selective, within(0.005 * selective));
    int inner = stages == 1 ? 0 : 1;
    long ends = stages == 1 ? 18L * (51200L * hidden / 8 + 2048L * hidden + 2L * hidden) : 0;
    long held = all.weights(inner) + all.gradients(inner) + all.optimizer(inner) - ends;
    assertThat(held / gib).isCloseTo(states, within(0.005 * states));
  }
}
