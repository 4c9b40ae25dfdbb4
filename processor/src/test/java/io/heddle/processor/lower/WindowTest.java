package io.heddle.processor.lower;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.processor.Imports;
import io.heddle.processor.Sources;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.diagnose.Diagnostic;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.program.LocalNode;
import io.heddle.processor.program.LocalNode.Compute;
import io.heddle.processor.program.LocalNode.Ring;
import io.heddle.processor.program.Sizes;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Attention in a window computes as many pairs as queries see keys, counted one by one. */
final class WindowTest {
  private static final String FILE =
      """
      tfm 1
      import "std/clusters.tfm"
      model M {
        param wide = WIDE
        dim b
        dim s = 12, h = 64, g = 4, r = 2, d = 8, e = 16, voc = 128
        block only(x[b s h]) {
          weight wq[h g r d], wk[h g d], wv[h g e], wo[g r e h]
          a = rmsnorm(x)
          q[b s g r d] = a * wq
          k[b s g d]   = a * wk
          v[b s g e]   = a * wv
          o[b s g r e] = attend(q, k, v, over = s, window = wide CAUSAL)
          return x + o * wo
        }
        embed tokens[voc h]
        stack 2 of only
        head logits[h voc]
      }
      plan P of M {
        mesh cp = 2, tp = 4
        SHARD
        batch 4  micro_batch 2
        on hgx_h100(nodes = 1)
      }
      """;

  private static String file(String wide, String causal, String shard) {
    return FILE.replace("WIDE", wide).replace("CAUSAL", causal).replace("SHARD", shard);
  }

  private static long seen(long sequence, long window, boolean causal) {
    long pairs = 0;
    for (long query = 0; query < sequence; query++) {
      for (long key = 0; key < sequence; key++) {
        boolean sees = Math.abs(query - key) < window && !(causal && key > query);
        pairs += sees ? 1 : 0;
      }
    }
    return pairs;
  }

  @ParameterizedTest
  @CsvSource({
    "1, true",
    "1, false",
    "3, true",
    "3, false",
    "12, true",
    "12, false",
    "40, true",
    "40, false"
  })
  void operationsOfBothPasses(long window, boolean causal) {
    for (String shard :
        List.of(
            "shard { b over cp  voc g over tp }",
            "shard { s over cp  voc over tp }  context all_to_all",
            "shard { s over cp  voc g over tp }  context all_gather")) {
      String text = file(Long.toString(window), causal ? ", causal" : "", shard);
      Compiled compiled = Sources.compile(new Source("a.tfm", text), "P");
      Sizes sizes = new Sizes(compiled.numbers());
      // Two sequences, of one of four groups or, where cp splits groups, of two; each of two heads.
      long groups = shard.contains("g over tp") ? 1 : 2;
      // Where both ranks of cp have all keys, each has half of the queries.
      long twice = 8 * groups * seen(12, window, causal) / (shard.contains("all_gather") ? 2 : 1);
      List<LocalNode> forward = compiled.program().blocks().get(0).forward();
      List<LocalNode> backward = compiled.program().blocks().get(0).backward();
      assertThat(sizes.of(node(forward, "o").operations())).isEqualTo(twice * (8 + 16));
      assertThat(sizes.of(node(backward, "o.dx").operations())).isEqualTo(twice * (3 * 8 + 2 * 16));
      assertThat(sizes.of(node(backward, "o.dx").matmulOperations()))
          .isEqualTo(twice * (2 * 8 + 2 * 16));
    }
  }

  /** A kernel; where keys come from neighbours, the one that reads them. */
  private static Compute node(List<LocalNode> nodes, String name) {
    LocalNode found =
        nodes.stream().filter(node -> node.operation().equals(name)).findFirst().orElseThrow();
    return found instanceof Ring ring ? ring.kernel() : (Compute) found;
  }

  @ParameterizedTest
  @CsvSource({
    "1 - 1, shard { b over cp  voc g over tp }, 2020",
    "wider, shard { b over cp  voc g over tp }, 1001",
  })
  void refused(String window, String shard, String code) {
    String text = file("4", "", shard).replace("window = wide", "window = " + window);
    TfmCompiler compiler = TfmCompiler.read(new Source("a.tfm", text), Imports.LIBRARY_ONLY);
    compiler.checkAll();
    assertThat(compiler.diagnostics())
        .isNotEmpty()
        .extracting(Diagnostic::code)
        .allMatch(found -> found.id().equals("TFM" + code));
  }
}
