package io.heddle.processor.lower;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.processor.Imports;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.program.CollectiveKind;
import io.heddle.processor.program.Explanation;
import io.heddle.processor.program.LocalNode.Communicate;
import io.heddle.processor.program.Section;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The plan says what the all-to-alls of attention and those of experts are made of. */
final class ExchangesTest {
  private static final String FILE =
      """
      tfm 1
      import "std/clusters.tfm"
      model M {
        dim b
        dim t
        dim s = 64, h = 64, n = 8, d = 8, voc = 128, e = 8, er = 8, fe = 32
        block attention(x[b s h]) {
          weight wq[h n d], wk[h n d], wv[h n d], wo[n d h]
          a = rmsnorm(x)
          fused qkv { q[b s n d] = a * wq  k[b s n d] = a * wk  v[b s n d] = a * wv }
          o[b s n d] = attend(q, k, v, over = s, causal)
          return x + o * wo
        }
        block moe(x[b s h]) {
          weight router[h er], up[e h fe], down[e fe h]
          a         = rmsnorm(x)
          p[b s er] = sigmoid(a * router)
          z[e t h]  = dispatch(a, p, top = 2)
          u[e t fe] = silu(z * up)
          m[e t h]  = u * down
          return x + combine(m, p)
        }
        embed tokens[voc h]
        stack 2 of attention, moe
        head logits[h voc]
      }
      plan P of M {
        mesh dp = 8, cp = 4
        shard { b e over dp  s over cp }
        context all_to_all@context
        @experts
        batch 8  micro_batch 1
        on hgx_h100(nodes = 4)
      }
      """;

  private static TfmCompiler read(String context, String experts) {
    String text = FILE.replace("@context", context).replace("@experts", experts);
    return TfmCompiler.read(new Source("m.tfm", text), Imports.LIBRARY_ONLY);
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "'',                     '',                          BY_NETWORK, BY_NETWORK",
        "(exchange = direct),    '',                          DIRECT,     BY_NETWORK",
        "(exchange = pairwise),  experts exchange = direct,   PAIRWISE,   DIRECT",
        "'',                     experts exchange = pairwise, BY_NETWORK, PAIRWISE",
      })
  void arePlanned(String context, String experts, String ofAttention, String ofExperts) {
    TfmCompiler.Compiled compiled = read(context, experts).compile("P").orElseThrow();
    assertThat(exchanges(compiled, "attention")).containsExactly(ofAttention);
    assertThat(exchanges(compiled, "moe")).containsExactly(ofExperts);
    String java = compiled.java("demo").text();
    for (String word : Set.of("DIRECT", "PAIRWISE")) {
      assertThat(java.contains("Exchange." + word + ")"))
          .isEqualTo(List.of(ofAttention, ofExperts).contains(word));
    }
  }

  private static Set<String> exchanges(TfmCompiler.Compiled compiled, String name) {
    Set<String> exchanges = new TreeSet<>();
    for (Section block : compiled.program().blocks()) {
      if (block.block().name().equals(name)) {
        Stream.concat(block.forward().stream(), block.backward().stream())
            .filter(Communicate.class::isInstance)
            .map(Communicate.class::cast)
            .filter(node -> node.kind() == CollectiveKind.ALL_TO_ALL)
            .forEach(node -> exchanges.add(node.exchange().name()));
      }
    }
    return exchanges;
  }

  @Test
  void explainShowsThem() {
    TfmCompiler.Compiled compiled =
        read("(exchange = pairwise)", "experts exchange = direct").compile("P").orElseThrow();
    assertThat(Explanation.of(compiled.program(), compiled.numbers()))
        .containsPattern("exchange\\.q +all-to-all +over cp \\(4\\) +pairwise, steps: 3 ")
        .containsPattern("exchange\\.z +all-to-all +over dp \\(8\\) +ring, steps: 28 ");
  }

  @ParameterizedTest
  @CsvSource({
    "(exchange = ring), unknown exchange `ring`",
    "(chunks = 2), unknown setting `chunks`",
    "(exchange = 2), '`exchange` takes a word, such as `exchange = pairwise`'",
  })
  void otherWordsAreErrors(String context, String message) {
    TfmCompiler compiler = read(context, "");
    assertThat(compiler.compile("P")).isEmpty();
    assertThat(compiler.diagnostics())
        .extracting(finding -> finding.message())
        .containsExactly(message);
  }
}
