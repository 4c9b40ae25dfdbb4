package io.heddle.processor.oracle;

import java.util.LinkedHashMap;
import java.util.Map;

/** Architectures with experts in small, and plans for them. */
final class ExpertModels {
  /**
   * As DeepSeek-V3: latent attention, in which all heads share the rotary part of their keys; dense
   * layers, then layers with a shared expert and routed ones of which each token meets two.
   */
  static final String LATENT =
      """
      model Small {
        param layers = 3, dense_layers = 1, experts = 8, top_k = 2, nope = 2, rotary = 1
        dim b
        dim s = 8, h = 4, voc = 8, f = 8, n = 4
        dim lq = 4, lk = 4, dn = nope, dr = rotary, dq = nope + rotary, dv = 2
        dim er = experts, e = experts, fe = 4, fs = 4
        dim t
        block mla(x[b s h]) {
          weight q_down[h lq], q_nope[lq n dn], q_rope[lq n dr]
          weight kv_down[h lk], k_rope[h dr], k_up[lk n dn], v_up[lk n dv], wo[n dv h]
          a          = rmsnorm(x)
          cq[b s lq] = a * q_down
          fused latent { c[b s lk] = a * kv_down   kp[b s dr] = a * k_rope }
          nq         = rmsnorm(cq)
          fused queries { qn[b s n dn] = nq * q_nope   qp[b s n dr] = nq * q_rope }
          nc         = layernorm(c)
          fused keys_values { kn[b s n dn] = nc * k_up   v[b s n dv] = nc * v_up }
          q[b s n dq] = concat(qn, rope(qp))
          k[b s n dq] = concat(kn, rope(kp))
          o[b s n dv] = attend(q, k, v, over = s, causal)
          y[b s h]    = o * wo
          return x + y
        }
        block dense(x[b s h]) {
          weight gate[h f], up[h f], down[f h]
          a = rmsnorm(x)
          fused gate_up { p[b s f] = a * gate   q[b s f] = a * up }
          y[b s h] = (silu(p) * q) * down
          return x + y
        }
        block moe(x[b s h]) {
          weight router[h er], gate[e h fe], up[e h fe], down[e fe h]
          weight shared_gate[h fs], shared_up[h fs], shared_down[fs h]
          a         = rmsnorm(x)
          p[b s er] = sigmoid(a * router)
          z[e t h]  = dispatch(a, p, top = top_k)
          fused gate_up { u[e t fe] = z * gate   v[e t fe] = z * up }
          m[e t h]  = (silu(u) * v) * down
          fused shared { us[b s fs] = a * shared_gate   vs[b s fs] = a * shared_up }
          y[b s h]  = (silu(us) * vs) * shared_down
          return x + y + combine(m, p)
        }
        embed tokens[voc h]
        stack dense_layers of mla, dense
        stack layers - dense_layers of mla, moe
        head  logits[h voc] norm rmsnorm
      }
      """;

  /** As Mixtral: grouped queries, scores by softmax, each token to three of four experts. */
  static final String GROUPED =
      """
      model Small {
        param layers = 2, experts = 4, top_k = 3
        dim b
        dim s = 8, h = 4, voc = 8, f = 4, n = 4, r = 2, d = 2
        dim er = experts, e = experts, fe = 4, fs = 4
        dim t
        block attention(x[b s h]) {
          weight wq[h n r d], wk[h n d], wv[h n d], wo[n r d h]
          a = rmsnorm(x)
          fused qkv {
            q[b s n r d] = a * wq
            k[b s n d]   = a * wk
            v[b s n d]   = a * wv
          }
          o[b s n r d] = attend(rope(q), rope(k), v, over = s)
          y[b s h]     = o * wo
          return x + y
        }
        block moe(x[b s h]) {
          weight router[h er], gate[e h fe], up[e h fe], down[e fe h]
          a         = rmsnorm(x)
          c[b s er] = a * router
          p         = softmax(c)
          z[e t h]  = dispatch(a, p, top = top_k)
          fused gate_up { u[e t fe] = z * gate   v[e t fe] = z * up }
          m[e t h]  = (silu(u) * v) * down
          return x + combine(m, p)
        }
        embed tokens[voc h]
        stack layers of attention, moe
        head  logits[h voc]
      }
      """;

  /** Mesh and shardings that both models can have. */
  static final Map<String, String> PLANS = new LinkedHashMap<>();

  static {
    PLANS.put(
        "experts whole",
        """
        mesh dp = 2
        shard {
          b over dp
        }
        """);
    PLANS.put(
        "over data",
        """
        mesh dp = 4
        shard {
          b over dp
          e over dp
        }
        """);
    PLANS.put(
        "over data, tensors in parallel",
        """
        mesh dp = 2, tp = 2
        shard {
          b over dp
          n f fs voc over tp
          e over dp
        }
        """);
    PLANS.put(
        "each expert over tensor ranks",
        """
        mesh dp = 2, tp = 2
        shard {
          b over dp
          n f fs fe voc over tp
          e over dp
        }
        """);
    PLANS.put(
        "each expert over tensor ranks, sequence",
        """
        mesh dp = 2, tp = 2
        shard {
          b over dp
          n f fs fe voc over tp
          e over dp
          stream: s over tp
        }
        """);
    PLANS.put(
        "each expert over tensor ranks, hidden",
        """
        mesh dp = 2, tp = 2
        shard {
          b over dp
          n f fs fe voc over tp
          e over dp
          stream: h over tp
        }
        """);
    PLANS.put(
        "scores split",
        """
        mesh dp = 2, tp = 2
        shard {
          b over dp
          n f fs er voc over tp
          e over dp
          stream: s over tp
        }
        """);
    PLANS.put(
        "data axes regrouped",
        """
        mesh dp = 4, tp = 2
        view moe: (dp) = (edp ep) where ep = 2
        shard {
          b over dp
          n f fs fe voc over tp
          e over ep
          stream: s over tp
        }
        """);
    PLANS.put(
        "data and tensor axes regrouped",
        """
        mesh dp = 2, tp = 4
        view moe: (dp tp) = (edp ep) where ep = 4
        shard {
          b over dp
          n fs voc over tp
          e over ep
          stream: s over tp
        }
        """);
    PLANS.put(
        "data and tensor axes regrouped, stream whole",
        """
        mesh dp = 2, tp = 2
        view moe: (dp tp) = (edp ep) where ep = 2
        shard {
          b over dp
          n fs voc over tp
          e over ep
        }
        """);
    PLANS.put(
        "data and tensor axes regrouped, hidden",
        """
        mesh dp = 2, tp = 2
        view moe: (dp tp) = (edp ep) where ep = 2
        shard {
          b over dp
          n fs voc over tp
          e over ep
          stream: h over tp
        }
        """);
    PLANS.put(
        "regrouped out of layout",
        """
        mesh tp = 2, dp = 2, rep = 2
        layout tp > rep > dp
        view moe: (dp tp) = (ep edp) where ep = 2
        shard {
          b over dp
          f voc over tp, rep
          n over tp
          fe over rep
          e over ep
          stream: s over tp
        }
        """);
    PLANS.put(
        "three axes of two",
        """
        mesh dp = 4, tp = 2
        view moe: (dp tp) = (x y ep) where x = 2, y = 2
        shard {
          b over dp
          n f voc over tp
          e over ep, y
          stream: s over tp
        }
        """);
    PLANS.put(
        "keys gathered",
        """
        mesh dp = 2, cp = 2
        context all_gather
        shard {
          b over dp
          s over cp
          e over dp
        }
        """);
    PLANS.put(
        "keys gathered, experts over context",
        """
        mesh dp = 2, cp = 2
        context all_gather
        shard {
          b over dp
          s over cp
          e over dp, cp
        }
        """);
    PLANS.put(
        "heads exchanged",
        """
        mesh dp = 2, cp = 2
        context all_to_all
        shard {
          b over dp
          s over cp
          e over cp
        }
        """);
    PLANS.put(
        "heads exchanged, axes regrouped",
        """
        mesh dp = 2, cp = 2, tp = 2
        view moe: (dp tp) = (edp ep) where ep = 2
        context all_to_all
        shard {
          b over dp
          s over cp
          n f fs voc over tp
          e over ep
          stream: s over cp, tp
        }
        """);
    PLANS.put(
        "keys gathered, axes regrouped",
        """
        mesh dp = 2, cp = 2, tp = 2
        view moe: (dp cp tp) = (edp ep) where ep = 4
        context all_gather
        shard {
          b over dp
          s over cp
          n f fs voc over tp
          e over ep
          stream: s over cp, tp
        }
        """);
    PLANS.put(
        "room to spare",
        """
        mesh dp = 2, tp = 2
        experts capacity = 1.4
        shard {
          b over dp
          n f fs fe voc over tp
          e over dp
          stream: s over tp
        }
        """);
  }

  private ExpertModels() {}
}
