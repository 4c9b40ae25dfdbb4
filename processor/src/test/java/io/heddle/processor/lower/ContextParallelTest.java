package io.heddle.processor.lower;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.processor.Imports;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.program.LocalNode;
import io.heddle.processor.program.LocalNode.Communicate;
import io.heddle.processor.program.LocalNode.Compute;
import io.heddle.processor.program.LocalNode.Ring;
import io.heddle.processor.program.LocalNode.Shape;
import io.heddle.processor.program.Saved;
import io.heddle.processor.program.Section;
import io.heddle.processor.program.Sizes;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
    Section attention = compiled.program().blocks().get(0);
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
    Section attention = compiled.program().blocks().get(0);
    assertThat(overContext(compiled, attention.forward()))
        .containsExactly(
            "exchange.q " + LOCAL_KEYS,
            "exchange.k " + LOCAL_KEYS,
            "exchange.v " + LOCAL_KEYS,
            "exchange.o " + LOCAL_KEYS);
    assertThat(overContext(compiled, attention.backward()))
        .containsExactlyInAnyOrder(
            "exchange.do " + LOCAL_KEYS,
            "exchange.dq " + LOCAL_KEYS,
            "exchange.dk " + LOCAL_KEYS,
            "exchange.dv " + LOCAL_KEYS);
  }

  /** Two ranks share a head of the keys: queries are exchanged twice, keys once and gathered. */
  @Test
  void repeatsKeysForMoreRanksThanHeads() {
    String grouped =
        FILE.replace("n = heads, d = hidden / heads", "n = 2, r = heads / 2, d = hidden / heads")
            .replace("wq[h n d]", "wq[h n r d]")
            .replace("wo[n d h]", "wo[n r d h]")
            .replace("q[b s n d]", "q[b s n r d]")
            .replace("o[b s n d]", "o[b s n r d]")
            .replace("cp = 4, tp = 2", "up = 2, cp = 2, tp = 2")
            .replace("s over cp  n voc over tp", "s over up, cp  r voc over tp")
            .replace("CONTEXT", "context all_to_all(repeat = up)");
    TfmCompiler compiler = TfmCompiler.read(new Source("a.tfm", grouped), Imports.LIBRARY_ONLY);
    Compiled compiled = compiler.compile("P").orElseThrow();
    assertThat(compiler.diagnostics()).isEmpty();
    Section attention = compiled.program().blocks().get(0);
    long queries = LOCAL_KEYS;
    long keys = 2L * 1 * 32 / 4 * 64 / 4;
    assertThat(overContext(compiled, attention.forward()))
        .containsExactly(
            "exchange.q " + queries,
            "exchange.q.2 " + queries,
            "exchange.k " + keys,
            "gather.k " + keys,
            "exchange.v " + keys,
            "gather.v " + keys,
            "exchange.o " + queries,
            "exchange.o.2 " + queries);
    assertThat(overContext(compiled, attention.backward()))
        .contains("scatter.dk " + 2 * keys, "exchange.dk " + keys);
  }

  /** Attention reads it with whole sequences, the product behind it with parts of them. */
  @Test
  void keepsItsResultAsItWasBeforeTheExchangeAndBehind() {
    Compiled compiled = compile("context all_to_all");
    Sizes sizes = sizes(compiled);
    Map<String, Long> kept =
        compiled.program().blocks().get(0).kept(false).stream()
            .collect(
                Collectors.groupingBy(
                    Saved::name, Collectors.summingLong(s -> sizes.of(s.bytes()))));
    assertThat(kept)
        .containsEntry("q", LOCAL_KEYS)
        .containsEntry("k", LOCAL_KEYS)
        .containsEntry("v", LOCAL_KEYS)
        .containsEntry("o", 2 * LOCAL_KEYS);
  }

  @Test
  void ringsLeaveEverythingWhereItIsAndPassKeysAndValuesOn() {
    Compiled compiled = compile("context ring");
    Sizes sizes = sizes(compiled);
    Section attention = compiled.program().blocks().get(0);
    assertThat(overContext(compiled, attention.forward())).isEmpty();
    assertThat(overContext(compiled, attention.backward())).isEmpty();

    Ring forward = ring(attention.forward());
    assertThat(forward.axes()).containsExactly("cp");
    assertThat(forward.sum()).isNull();
    assertThat(forward.own()).hasSize(1);
    assertThat(sizes.of(forward.message())).isEqualTo(2 * LOCAL_KEYS);
    // q, k, v and the result; later steps read the result of those before as well.
    assertThat(sizes.of(forward.kernel().bytes())).isEqualTo(4 * LOCAL_KEYS);
    assertThat(sizes.of(forward.laterBytes())).isEqualTo(5 * LOCAL_KEYS);
    Shape.Attention shape = (Shape.Attention) forward.kernel().shape();
    assertThat(sizes.of(shape.queries())).isEqualTo(32 / 4);
    assertThat(sizes.of(shape.keys())).isEqualTo(32 / 4);

    Ring backward = ring(attention.backward());
    assertThat(backward.own()).isEmpty();
    assertThat(sizes.of(backward.message())).isEqualTo(2 * LOCAL_KEYS);
    assertThat(sizes.of(backward.kernel().bytes())).isEqualTo(8 * LOCAL_KEYS);
    assertThat(sizes.of(backward.laterBytes())).isEqualTo(9 * LOCAL_KEYS);
    Compute sum = Objects.requireNonNull(backward.sum());
    assertThat(sizes.of(sum.bytes())).isEqualTo(3 * 2 * LOCAL_KEYS);
    assertThat(sizes.of(sum.operations())).isEqualTo(LOCAL_KEYS);
  }

  /** What needs the gradient of the queries does not wait for those of the keys to come home. */
  @Test
  void gradientsOfQueriesAndOfKeysAreTwoValues() {
    Compiled compiled = compile("context ring");
    List<LocalNode> backward = compiled.program().blocks().get(0).backward();
    Ring ring = ring(backward);
    assertThat(ring.outputs()).hasSize(2).doesNotHaveDuplicates();
    LocalNode products =
        backward.stream().filter(node -> node.operation().equals("qkv.dx")).findAny().orElseThrow();
    assertThat(products.inputs()).containsExactlyInAnyOrderElementsOf(ring.outputs());
  }

  @Test
  void allRanksTogetherDoTheSameWorkEitherWay() {
    long gathered = products(compile("context all_gather"));
    assertThat(products(compile("context ring"))).isEqualTo(gathered);
    assertThat(products(compile("context all_to_all"))).isEqualTo(gathered);
    // Forward once, backward twice: half of all pairs, two products, two operations.
    long attention = 3L * 2 * 2 * 32 * 32 / 2 * 64;
    long projections = 3L * 2 * 32 * 4 * 64 * 64;
    assertThat(gathered * 8).isEqualTo(attention + projections);
  }

  @Test
  void keysThatAreSplitWithoutAWordAreAnError() {
    TfmCompiler compiler = read("");
    assertThat(compiler.compile("P")).isEmpty();
    assertThat(compiler.diagnostics())
        .extracting(finding -> finding.code().id())
        .containsOnly("TFM3010");
  }

  @ParameterizedTest
  @ValueSource(strings = {"context all_gather", "context ring"})
  void causalWorkComesInTwoPiecesForEachRank(String context) {
    TfmCompiler compiler =
        TfmCompiler.read(
            new Source("m.tfm", FILE.replace("seq = 32", "seq = 36").replace("CONTEXT", context)),
            Imports.LIBRARY_ONLY);
    assertThat(compiler.compile("P")).isEmpty();
    assertThat(compiler.diagnostics())
        .extracting(finding -> finding.message())
        .containsExactly("`s` = 36 does not come in 8 pieces, two for each rank");
  }

  /** Products of one layer on one rank, both directions. */
  private static long products(Compiled compiled) {
    Section attention = compiled.program().blocks().get(0);
    Sizes sizes = sizes(compiled);
    return Stream.concat(attention.forward().stream(), attention.backward().stream())
        .mapToLong(
            node -> {
              if (node instanceof Ring ring) {
                return sizes.ranks(ring.axes()) * sizes.of(ring.kernel().matmulOperations());
              }
              return node instanceof Compute compute ? sizes.of(compute.matmulOperations()) : 0;
            })
        .sum();
  }

  private static Ring ring(List<LocalNode> nodes) {
    List<LocalNode> rings = nodes.stream().filter(Ring.class::isInstance).toList();
    assertThat(rings).hasSize(1);
    return (Ring) rings.get(0);
  }

  private static List<String> overContext(Compiled compiled, List<LocalNode> nodes) {
    Sizes sizes = sizes(compiled);
    return nodes.stream()
        .filter(Communicate.class::isInstance)
        .map(Communicate.class::cast)
        .filter(node -> node.axes().contains("cp") || node.axes().contains("up"))
        .map(node -> node.operation() + " " + sizes.of(node.bytes()))
        .toList();
  }

  private static Sizes sizes(Compiled compiled) {
    return new Sizes(compiled.numbers());
  }

  private static Compiled compile(String context) {
    return read(context).compile("P").orElseThrow();
  }

  private static TfmCompiler read(String context) {
    return TfmCompiler.read(
        new Source("m.tfm", FILE.replace("CONTEXT", context)), Imports.LIBRARY_ONLY);
  }
}
