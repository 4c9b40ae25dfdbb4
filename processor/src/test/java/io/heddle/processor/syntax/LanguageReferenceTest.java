package io.heddle.processor.syntax;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What {@code docs/language.md} shows is what the reader reads. */
final class LanguageReferenceTest {
  private static final String REFERENCE = Texts.text(Path.of("..", "docs", "language.md"));
  private static final Pattern EXAMPLE =
      Pattern.compile("^```tfm *\\w*\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);

  /** That the examples compile is another test's. */
  @Test
  void everyKeywordHasAnExample() {
    StringBuilder examples = new StringBuilder();
    Matcher example = EXAMPLE.matcher(REFERENCE);
    while (example.find()) {
      examples.append(example.group(1).replaceAll("//.*", ""));
    }
    assertThat(Trees.keywords())
        .allSatisfy(word -> assertThat(examples).containsPattern("\\b" + word + "\\b"));
  }

  @Test
  void everyKeywordIsExplained() {
    assertThat(Trees.keywords())
        .allSatisfy(word -> assertThat(REFERENCE).containsPattern("\\b" + word + "\\b"));
  }

  @Test
  void theLimitsOfTheReaderAreSaid() {
    assertThat(REFERENCE)
        .contains(String.format(Locale.ROOT, "more than %,d characters", SyntaxReader.LONGEST))
        .contains("more than " + Lexing.DEEPEST + " deep");
  }

  /** A file that uses most of the language. */
  @Test
  void wholeLanguage() {
    String text =
        """
        tfm 1                                          // version of the language
        import "clusters.tfm"

        /// Llama 3 8B: grouped-query attention, SwiGLU, untied head.
        model Llama3_8B {
          param layers = 32, hidden = 4096, heads = 32, kv_heads = 8, seq = 8192

          dim b                                        // open
          dim s = seq, h = hidden, voc = vocab, f = ffn
          dim g = kv_heads, r = heads / kv_heads       // key/value groups
          dim d = hidden / heads

          block swiglu(x[b s h]) {
            weight gate[h f], up[h f], down[f h]
            a = rmsnorm(x)
            fused gate_up { p[b s f] = a * gate   q[b s f] = a * up }
            y[b s h] = (silu(p) * q) * down
            return x + y
          }

          embed tokens[voc h]
          stack layers of swiglu
          head  logits[h voc]                          // final norm, projection, cross-entropy

          require heads % kv_heads == 0 : "query heads come in whole groups"
        }

        plan Pod64 of Llama3_8B {
          mesh   pp = 4, dp = 2, cp = 1, tp = 8
          layout pp > dp > cp > tp                     // outermost to innermost

          shard {
            b        over dp
            s        over cp
            g f voc  over tp
            layers   over pp
            stream: s over cp, tp                      // residual stream: sequence parallel
          }

          batch 128  micro_batch 1
          context    ring                              // ring | all_gather | all_to_all
          schedule   one_f_one_b
          recompute  attend
          optimizer  adam sharded over dp
          dtype      bf16, gradients fp32
          on         hgx_h100(nodes = 8)
        }

        sweep Shapes of Pod64 {
          tp in 1, 2, 4, 8
          dp = 64 / (tp * pp)
          layout in (pp > dp > cp > tp), (dp > pp > cp > tp)
          keep when tp * pp <= 64
        }

        cluster hgx_h100(nodes = 1) {
          device  h100_sxm
          network switch 8     at 450 GB/s latency 500 ns
          network switch nodes at  50 GB/s latency 2 us
        }
        """;
    SourceFile file = Texts.read(text);
    assertThat(file.declarations())
        .extracting(declaration -> declaration.name().text())
        .containsExactly("Llama3_8B", "Pod64", "Shapes", "hgx_h100");
    assertThat(((Declaration.Model) file.declarations().get(0)).members()).hasSize(18);
    assertThat(((Declaration.Plan) file.declarations().get(1)).items()).hasSize(10);
    assertThat(((Declaration.Sweep) file.declarations().get(2)).items()).hasSize(4);
    assertThat(((Declaration.Cluster) file.declarations().get(3)).items()).hasSize(3);
  }

  @Test
  void expertsAndLatentAttentionAreOrdinaryOperations() {
    Texts.read(
        """
        tfm 1
        model DeepSeek {
          block mla(x[b s h]) {
            weight q_down[h lq], q_up[lq n dq], kv_down[h lk], k_rope[h dr], k_up[lk n dn], wo[n dv h]
            cq[b s lq]  = a * q_down
            q[b s n dq] = rmsnorm(cq) * q_up
            kr[b s dr]  = rope(a * k_rope)
            cn           = rmsnorm(c)
            k[b s n dq]  = concat(kn, kr)
            o[b s n dv]  = attend(q, k, v, over = s, causal)
            return x + o * wo
          }
          block moe(x[b s h]) {
            z[e t h]  = dispatch(a, p, top = top_k)
            u[e t fe] = silu(z * gate) * (z * up)
            return x + combine(m, p)
          }
          stack dense_layers of mla, swiglu
          stack layers - dense_layers of mla, moe
        }
        """);
  }
}
