package io.heddle.processor.lower;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.processor.Imports;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.local.BlockProgram;
import io.heddle.processor.local.LocalNode;
import io.heddle.processor.local.LocalNode.Communicate;
import io.heddle.processor.local.LocalNode.Compute;
import io.heddle.processor.local.Sizes;
import io.heddle.processor.model.Overrides;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ContextParallelTest {
  private static final String FILE =
      """
      tfm 1
      import "std/clusters.tfm"
      model M {
        param hidden = 64, heads = 8, vocab = 128, seq = 32
        dim b
        dim s = seq, h = hidden, n = heads, d = hidden / heads, voc = vocab
        block attention(x[b s h]) {
          weight wq[h n d], wk[h n d], wv[h n d], wo[n d h]
          a = rmsnorm(x)
          fused qkv { q[b s n d] = a * wq  k[b s n d] = a * wk  v[b s n d] = a * wv }
          o[b s n d] = attend(q, k, v, over = s, causal)
          return x + o * wo
        }
        embed tokens[voc h]
        stack 2 of attention
        head logits[h voc]
      }
      plan P of M {
        mesh cp = 4, tp = 2
        shard { s over cp  n voc over tp }
        CONTEXT
        batch 4  micro_batch 1
        on hgx_h100(nodes = 1)
      }
      """;

  private static final long LOCAL_KEYS = 2L * 1 * 32 / 4 * 64 / 2;

  @Test
  void gathersKeysAndValuesInBothDirectionsAndScattersTheirGradients() {
    Compiled compiled = compile("context all_gather");
    BlockProgram attention = compiled.program().blocks().get(0);
    assertThat(overContext(compiled, attention.forward()))
        .containsExactly("gather.k " + LOCAL_KEYS, "gather.v " + LOCAL_KEYS);
    assertThat(overContext(compiled, attention.backward()))
        .containsExactlyInAnyOrder(
            "gather.k " + LOCAL_KEYS,
            "gather.v " + LOCAL_KEYS,
            "scatter.dk " + 4 * LOCAL_KEYS,
            "scatter.dv " + 4 * LOCAL_KEYS);
  }

  @Test
  void movesTheAxisToTheHeadsAndBack() {
    Compiled compiled = compile("context all_to_all");
    BlockProgram attention = compiled.program().blocks().get(0);
    assertThat(overContext(compiled, attention.forward()))
        .containsExactly(
            "exchange.q " + LOCAL_KEYS,
            "exchange.k " + LOCAL_KEYS,
            "exchange.v " + LOCAL_KEYS,
            "exchange.o " + LOCAL_KEYS);
    assertThat(overContext(compiled, attention.backward()))
        .allMatch(node -> node.startsWith("exchange."))
        .contains("exchange.do " + LOCAL_KEYS, "exchange.dk " + LOCAL_KEYS);
  }

  @Test
  void allRanksTogetherDoTheSameWorkEitherWay() {
    long gathered = products(compile("context all_gather"));
    assertThat(products(compile("context all_to_all"))).isEqualTo(gathered);
    // Forward once, backward twice: half of all pairs, two products, two operations.
    long attention = 3L * 2 * 2 * 32 * 32 / 2 * 64;
    long projections = 3L * 2 * 32 * 4 * 64 * 64;
    assertThat(gathered * 8).isEqualTo(attention + projections);
  }

  @Test
  void keysThatAreSplitWithoutAWordAreAnError() {
    TfmCompiler compiler = read("");
    assertThat(compiler.compile("P", Overrides.NONE)).isEmpty();
    assertThat(compiler.diagnostics())
        .extracting(finding -> finding.code().id())
        .containsOnly("TFM3010");
  }

  @Test
  void causalWorkComesInTwoPiecesForEachRank() {
    TfmCompiler compiler =
        TfmCompiler.read(
            new Source(
                "m.tfm",
                FILE.replace("seq = 32", "seq = 36").replace("CONTEXT", "context all_gather")),
            Imports.LIBRARY_ONLY);
    assertThat(compiler.compile("P", Overrides.NONE)).isEmpty();
    assertThat(compiler.diagnostics())
        .extracting(finding -> finding.message())
        .containsExactly("`s` = 36 does not come in 8 pieces, two for each rank");
  }

  /** Products of one layer on one rank, both directions. */
  private static long products(Compiled compiled) {
    BlockProgram attention = compiled.program().blocks().get(0);
    Sizes sizes = sizes(compiled);
    return Stream.concat(attention.forward().stream(), attention.backward().stream())
        .filter(Compute.class::isInstance)
        .mapToLong(node -> sizes.of(((Compute) node).matmulOperations()))
        .sum();
  }

  private static List<String> overContext(Compiled compiled, List<LocalNode> nodes) {
    Sizes sizes = sizes(compiled);
    return nodes.stream()
        .filter(Communicate.class::isInstance)
        .map(Communicate.class::cast)
        .filter(node -> node.axes().contains("cp"))
        .map(node -> node.operation() + " " + sizes.of(node.bytes()))
        .toList();
  }

  private static Sizes sizes(Compiled compiled) {
    return new Sizes(
        compiled.numbers(),
        compiled.plan().formats().tensors(),
        compiled.plan().formats().gradients());
  }

  private static Compiled compile(String context) {
    return read(context).compile("P", Overrides.NONE).orElseThrow();
  }

  private static TfmCompiler read(String context) {
    return TfmCompiler.read(
        new Source("m.tfm", FILE.replace("CONTEXT", context)), Imports.LIBRARY_ONLY);
  }
}
