package io.heddle.processor;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.plan.mesh.Collective;
import io.heddle.plan.mesh.Group;
import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Source;
import io.heddle.runtime.trace.Direction;
import io.heddle.runtime.trace.Flattener;
import io.heddle.runtime.trace.Kernel;
import io.heddle.runtime.trace.NodeHeader;
import io.heddle.runtime.trace.NodeSink;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Embedding and head are split over tensor ranks where the vocabulary is. Otherwise every tensor
 * rank of the first and of the last stage computes the whole of them.
 */
final class VocabularyTest {
  private static final int STAGES = 2;
  private static final int TENSOR_RANKS = 4;
  private static final long TOKENS = 128;
  private static final long HIDDEN = 64;
  private static final long VOCABULARY = 1024;

  private static final String FILE =
      """
      tfm 1
      import "std/clusters.tfm"
      model M {
        dim b
        dim s = 128, h = 64, voc = 1024, f = 256
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
      plan P of M {
        mesh  pp = 2, tp = 4
        shard { layers over pp  f @voc over tp }
        batch 4  micro_batch 1
        on    hgx_h100
      }
      """;

  private static TfmCompiler read(String vocabulary) {
    return TfmCompiler.read(
        new Source("m.tfm", FILE.replace("@voc", vocabulary)), Imports.LIBRARY_ONLY);
  }

  /** Operations of kernels in the forward pass of the first micro-batch, by name. */
  private static final class Kernels implements NodeSink {
    private final Map<String, Long> operations = new TreeMap<>();
    private final Map<String, Long> sent = new TreeMap<>();

    @Override
    public void compute(NodeHeader node, Kernel kernel) {
      if (node.microBatch() == 0 && node.direction() == Direction.FORWARD) {
        operations.merge(node.operation(), kernel.operations(), Long::sum);
      }
    }

    @Override
    public void collective(NodeHeader node, Collective collective, Group group, long bytes) {
      if (node.microBatch() == 0 && node.direction() == Direction.FORWARD) {
        sent.merge(node.operation(), bytes, Long::sum);
      }
    }

    @Override
    public void send(NodeHeader node, int peer, int tag, long bytes) {}

    @Override
    public void receive(NodeHeader node, int peer, int tag, long bytes) {}
  }

  @ParameterizedTest
  @CsvSource({"voc, 4", "'', 1"})
  void everyTensorRankOfTheStageTakesPart(String vocabulary, long parts) {
    Flattener flattener = GeneratedClass.flattener(read(vocabulary).compile("P").orElseThrow());
    assertThat(flattener.mesh().ranks()).isEqualTo(STAGES * TENSOR_RANKS);
    for (int rank = 0; rank < STAGES * TENSOR_RANKS; rank++) {
      Kernels kernels = new Kernels();
      flattener.emit(rank, kernels);
      if (flattener.stage(rank) == 0) {
        // The look-up reads a row for each token, whoever has it.
        assertThat(kernels.operations).containsEntry("embed.tokens", TOKENS * HIDDEN);
        assertThat(kernels.operations).doesNotContainKey("head.logits");
        assertThat(kernels.sent.containsKey("embed.reduce.tokens")).isEqualTo(parts > 1);
      } else {
        assertThat(kernels.operations).doesNotContainKey("embed.tokens");
        assertThat(kernels.operations)
            .containsEntry("head.logits", 2 * TOKENS * HIDDEN * VOCABULARY / parts);
        assertThat(kernels.sent.containsKey("head.reduce.loss.sum")).isEqualTo(parts > 1);
      }
    }
  }

  @Test
  void aHeadThatAllRepeatIsAdvisedAgainst() {
    TfmCompiler compiler = read("");
    compiler.checkAll();
    assertThat(compiler.diagnostics()).hasSize(1);
    assertThat(compiler.diagnostics().get(0).code()).isEqualTo(Code.REPEATED_PRODUCT);
    assertThat(compiler.diagnostics().get(0).message())
        .isEqualTo("`logits` is computed alike by all 4 ranks along `tp`");
    assertThat(compiler.diagnostics().get(0).help()).contains("`voc over tp`");
  }
}
