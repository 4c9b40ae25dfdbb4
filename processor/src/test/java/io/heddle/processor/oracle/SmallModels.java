package io.heddle.processor.oracle;

import io.heddle.processor.Sources;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.diagnose.Source;
import java.util.LinkedHashMap;
import java.util.Map;

/** The two shipped architectures in small, and plans for them. */
final class SmallModels {
  /** As GPT-3: biases, learned positions, tied head. */
  static final String GPT =
      """
      model Small {
        param layers = 1
        dim b
        dim s = 4, h = 8, voc = 12, f = 8, g = 2, r = 2, d = 3
        block attention(x[b s h]) {
          weight wq[h g r d], wk[h g d], wv[h g d], wo[g r d h]
          weight bq[g r d], bk[g d], bv[g d], bo[h]
          a = layernorm(x)
          fused qkv {
            q[b s g r d] = a * wq + bq
            k[b s g d]   = a * wk + bk
            v[b s g d]   = a * wv + bv
          }
          o[b s g r d] = attend(q, k, v, over = s)
          y[b s h]     = o * wo + bo
          return x + y
        }
        block mlp(x[b s h]) {
          weight up[h f], bu[f], down[f h], bd[h]
          a        = layernorm(x)
          u[b s f] = gelu(a * up + bu)
          y[b s h] = u * down + bd
          return x + y
        }
        embed tokens[voc h], positions[s h]
        stack layers of attention, mlp
        head  tied tokens
      }
      """;

  /** As Llama 3: grouped queries, rotary embedding, gated feed-forward, a head of its own. */
  static final String LLAMA =
      """
      model Small {
        param layers = 2
        dim b
        dim s = 4, h = 8, voc = 12, f = 8, g = 2, r = 2, d = 3
        block attention(x[b s h]) {
          weight wq[h g r d], wk[h g d], wv[h g d], wo[g r d h]
          a = rmsnorm(x)
          fused qkv {
            q[b s g r d] = a * wq
            k[b s g d]   = a * wk
            v[b s g d]   = a * wv
          }
          o[b s g r d] = attend(rope(q), rope(k), v, over = s, causal)
          y[b s h]     = o * wo
          return x + y
        }
        block mlp(x[b s h]) {
          weight gate[h f], up[h f], down[f h]
          a = rmsnorm(x)
          fused gate_up { p[b s f] = a * gate   q[b s f] = a * up }
          y[b s h] = (silu(p) * q) * down
          return x + y
        }
        embed tokens[voc h]
        stack layers of attention, mlp
        head  logits[h voc]
      }
      """;

  /** Mesh and shardings that both models can have. */
  static final Map<String, String> PLANS = new LinkedHashMap<>();

  static {
    PLANS.put(
        "data",
        """
        mesh dp = 2
        shard { b over dp }
        """);
    PLANS.put(
        "tensor",
        """
        mesh tp = 2
        shard { g f voc over tp }
        """);
    PLANS.put(
        "sequence",
        """
        mesh tp = 2
        shard {
          g f voc over tp
          stream: s over tp
        }
        """);
    PLANS.put(
        "data, sequence",
        """
        mesh dp = 2, tp = 2
        shard {
          b over dp
          g f voc over tp
          stream: s over tp
        }
        """);
    PLANS.put(
        "hidden",
        """
        mesh tp = 2
        shard {
          g f voc over tp
          stream: h over tp
        }
        """);
    PLANS.put(
        "replicated keys",
        """
        mesh kv = 2, rep = 2
        shard {
          g over kv
          r over rep
          f voc over kv, rep
        }
        """);
    PLANS.put(
        "replicated keys, sequence",
        """
        mesh dp = 2, kv = 2, rep = 2
        shard {
          b over dp
          g over kv
          r over rep
          f voc over kv, rep
          stream: s over kv, rep
        }
        """);
    PLANS.put(
        "only the feed-forward",
        """
        mesh tp = 2, up = 2
        shard {
          f over tp, up
          voc over up
        }
        """);
  }

  /** Two-dimensional splits of Llama's products. */
  static final Map<String, String> GRIDS =
      Map.of(
          "rows",
          """
          mesh kp1 = 2
           shard { g f voc over kp1
            stream: h over kp1 }
           pin attention.wq[h/kp1 g r d]
           pin attention.wk[h/kp1 g d]
           pin attention.wv[h/kp1 g d]
           pin mlp.gate[h/kp1 f]
           pin mlp.up[h/kp1 f]
           pin head.logits[h/kp1 voc]
          """,
          "columns",
          """
          mesh kp1 = 2, kp2 = 2
           shard { b over kp1
            g f voc over kp2 }
           pin attention.wo[g r d h/kp2]
           pin mlp.down[f h/kp2]
           pin grad attention.wq[h/kp1 g/kp2 r d]
           pin grad attention.wk[h/kp1 g/kp2 d]
           pin grad attention.wv[h/kp1 g/kp2 d]
           pin grad attention.wo[g/kp1 r d h/kp2]
           pin grad mlp.gate[h/kp1 f/kp2]
           pin grad mlp.up[h/kp1 f/kp2]
           pin grad mlp.down[f/kp1 h/kp2]
          """);

  /** The sequence of keys and queries split, beside other axes. */
  static final Map<String, String> CONTEXTS = new LinkedHashMap<>();

  static {
    CONTEXTS.put(
        "gathered",
        """
        mesh cp = 2
        context all_gather
        shard { s over cp }
        """);
    CONTEXTS.put(
        "gathered, tensor",
        """
        mesh cp = 2, tp = 2
        context all_gather
        shard {
          s over cp
          g f voc over tp
          stream: s over cp, tp
        }
        """);
    CONTEXTS.put(
        "gathered, replicated keys",
        """
        mesh cp = 2, rep = 2
        context all_gather
        shard {
          s over cp
          r f voc over rep
        }
        """);
    CONTEXTS.put(
        "gathered, hidden",
        """
        mesh cp = 2, tp = 2
        context all_gather
        shard {
          s over cp
          g f voc over tp
          stream: h over tp
        }
        """);
    CONTEXTS.put(
        "ring",
        """
        mesh cp = 2
        context ring
        shard { s over cp }
        """);
    CONTEXTS.put(
        "ring, tensor, replicated keys",
        """
        mesh cp = 2, tp = 2, rep = 2
        context ring
        shard {
          s over cp
          g f voc over tp
          r over rep
          stream: s over cp, tp
        }
        """);
    CONTEXTS.put(
        "gathered, only the stream is split",
        """
        mesh tp = 2
        context all_gather
        shard {
          f voc over tp
          stream: s over tp
        }
        """);
    CONTEXTS.put(
        "exchanged",
        """
        mesh cp = 2
        context all_to_all
        shard { s over cp }
        """);
    CONTEXTS.put(
        "exchanged, tensor",
        """
        mesh cp = 2, tp = 2
        context all_to_all
        shard {
          s over cp
          r f voc over tp
          stream: s over cp, tp
        }
        """);
    CONTEXTS.put(
        "exchanged, repeated",
        """
        mesh up = 2, cp = 2
        context all_to_all(repeat = up)
        shard { s over up, cp }
        """);
    CONTEXTS.put(
        "exchanged, data",
        """
        mesh dp = 2, cp = 2
        context all_to_all
        shard {
          b over dp
          s over cp
        }
        """);
  }

  private SmallModels() {}

  /** The model under the plan. */
  static TfmCompiler.Compiled compile(String model, String plan) {
    return compile(model, plan, 4);
  }

  static TfmCompiler.Compiled compile(String model, String plan, int batch) {
    return Sources.compile(new Source("small.tfm", text(model, plan, batch)), "P");
  }

  /** A file with the model and the plan. */
  static String text(String model, String plan, int batch) {
    String rest = "\n batch " + batch + " micro_batch 1\n on hgx_h100\n";
    return "tfm 1\nimport \"std/clusters.tfm\"\n"
        + model
        + "plan P of Small {\n"
        + plan
        + rest
        + "}\n";
  }
}
