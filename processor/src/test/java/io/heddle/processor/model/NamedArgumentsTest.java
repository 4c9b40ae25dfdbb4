package io.heddle.processor.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.processor.Imports;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.diagnose.Diagnostic;
import io.heddle.processor.diagnose.Source;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every place of the language where something has a name takes each name once, and no other. */
final class NamedArgumentsTest {
  private static final String TEXT =
      """
      tfm 1
      import "std/clusters.tfm"
      model M {
        param layers = 2, k = 2
        dim b  dim t
        dim s = 64, h = 64, n = 8, d = 8, voc = 64, f = 64, e = 4, er = 4
        block attention(x[b s h]) {
          weight wq[h n d], wk[h n d], wv[h n d], wo[n d h]
          a = rmsnorm(x)
          q[b s n d] = a * wq
          k[b s n d] = a * wk
          v[b s n d] = a * wv
          o[b s n d] = attend(q, k, v, over = s, causal)
          m[b h]     = mean(a, over = s)
          y[b s h]   = o * wo
          return x + y + m
        }
        block moe(x[b s h]) {
          weight router[h er], up[e h f], down[e f h]
          a         = rmsnorm(x)
          p[b s er] = sigmoid(a * router)
          z[e t h]  = dispatch(a, p, top = k)
          u[e t f]  = gelu(z * up)
          w[e t h]  = u * down
          return x + combine(w, p)
        }
        embed tokens[voc h]
        stack layers of attention, moe
        head  logits[h voc]
      }
      plan P of M(layers = 4) {
        mesh   dp = 4, cp = 2
        view   moe: (dp cp) = (edp ep) where ep = 4
        shard  { b over dp  s over cp  e over ep }
        batch 16  micro_batch 1
        schedule one_f_one_b(messages = split)
        context all_to_all(exchange = pairwise)
        experts capacity = 1.5
        optimizer adam sharded over dp, gradients sharded, weights sharded(prefetch = 2)
        on hgx_h100(nodes = 1)
      }
      """;

  private static Diagnostic finding(String written, String instead) {
    assertThat(TEXT).contains(written);
    TfmCompiler compiler =
        TfmCompiler.read(new Source("m.tfm", TEXT.replace(written, instead)), Imports.LIBRARY_ONLY);
    compiler.checkAll();
    assertThat(compiler.diagnostics()).hasSize(1);
    return compiler.diagnostics().get(0);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "over = s, causal | over = s, causal, causal",
        "over = s, causal | over = s, causal, over = s",
        "over = s, causal | over = s, window = 4, causal, window = 4",
        "mean(a, over = s) | mean(a, over = s, over = s)",
        "top = k | top = k, top = k",
        "M(layers = 4) | M(layers = 4, layers = 4)",
        "where ep = 4 | where ep = 4, ep = 4",
        "messages = split | messages = split, messages = split",
        "exchange = pairwise | exchange = pairwise, exchange = pairwise",
        "capacity = 1.5 | capacity = 1.5, capacity = 1.25",
        "prefetch = 2 | prefetch = 2, prefetch = 2",
        "nodes = 1 | nodes = 1, nodes = 1",
      })
  void takesEachNameOnce(String written, String instead) {
    Diagnostic finding = finding(written, instead);
    assertThat(finding.code().id()).isEqualTo("TFM1011");
    assertThat(finding.notes()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "over = s, causal | over = s, causal, top = 3 | top",
        "over = s, causal | over = s, windo = 4 | windo",
        "over = s, causal | over = s, window = nosuch | nosuch",
        "over = s, causal | over = s, window = h | h",
        "over = s, causal | over = nosuch | nosuch",
        "over = s, causal | over = s : nosuch | nosuch",
        "mean(a, over = s) | mean(a, over = s, top = 1) | top",
        "mean(a, over = s) | mean(a, over = nosuch) | nosuch",
        "a = rmsnorm(x) | a = rmsnorm(x, over = s) | over",
        "gelu(z * up) | gelu(z * up, top = 1) | top",
        "top = k | top = nosuch | nosuch",
        "top = k | top = h | h",
        "top = k | topp = k, top = k | topp",
        "combine(w, p) | combine(w, p, top = k) | top",
        "M(layers = 4) | M(layer = 4) | layer",
        "where ep = 4 | where ep = 4, tp = 4 | tp",
        "messages = split | message = split | message",
        "messages = split | messages = spilt | spilt",
        "exchange = pairwise | exchnge = pairwise | exchnge",
        "exchange = pairwise | exchange = pair | pair",
        "capacity = 1.5 | capacty = 1.5 | capacty",
        "prefetch = 2 | fetch = 2 | fetch",
        "prefetch = 2 | prefetch = nosuch | nosuch",
        "nodes = 1 | node = 1 | node",
      })
  void takesNoOtherName(String written, String instead, String unknown) {
    TfmCompiler compiler =
        TfmCompiler.read(new Source("m.tfm", TEXT.replace(written, instead)), Imports.LIBRARY_ONLY);
    compiler.checkAll();
    assertThat(compiler.diagnostics())
        .isNotEmpty()
        .allSatisfy(
            finding -> {
              assertThat(finding.code().id()).isEqualTo("TFM1001");
              assertThat(finding.message()).endsWith("`" + unknown + "`");
              assertThat(finding.help()).isNotBlank();
            });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "attend(q, k, v | attend(q, k, 3 | TFM2052",
        "attend(q, k, v, over = s, causal) | attend(q, k, v, over = 4) | TFM2008",
        "attend(q, k, v, over = s, causal) | attend(q, k, v, causal) | TFM2008",
        "attend(q, k, v, over = s, causal) | attend(q, k, v, over = s, window = 4 : s) | TFM2008",
        "over = s, causal | over = s, causal = 1 | TFM2008",
        "mean(a, over = s) | mean(a, over = 2) | TFM2008",
        "mean(a, over = s) | mean(a) | TFM2008",
        "dispatch(a, p, top = k) | dispatch(a, p) | TFM2008",
        "dispatch(a, p, top = k) | dispatch(a, 2, top = k) | TFM2052",
        "gelu(z * up) | gelu(3) | TFM2052",
        "messages = split | messages = 3 | TFM2008",
        "exchange = pairwise | exchange = 3 | TFM2008",
        "capacity = 1.5 | exchange = 3 | TFM2008",
        "capacity = 1.5 | capacity = much | TFM2020",
        "prefetch = 2 | gathered = 2 | TFM2008",
      })
  void takesValuesOfItsKind(String written, String instead, String code) {
    assertThat(finding(written, instead).code().id()).isEqualTo(code);
  }
}
