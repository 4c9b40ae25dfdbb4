package io.heddle.processor.oracle;

import java.util.LinkedHashMap;
import java.util.Map;

/** Small models with attention to selected keys, and plans for them. */
final class SelectionModels {
  private static final String FRAME =
      """
      model Small {
        param layers = 2
        dim b
        dim s = 8, h = 8, voc = 12, f = 8
        dim n = 2, dn = 3, dr = 2, lk = 4, dk = 6, dv = 3, lq = 5
        dim hi = 2, di = 3, top = 3
        dim g = 2, r = 2, d = 3
        BLOCK
        block mlp(x[b s h]) {
          weight up[h f], down[f h]
          a = rmsnorm(x)
          u[b s f] = gelu(a * up)
          y[b s h] = u * down
          return x + y
        }
        embed tokens[voc h]
        stack layers of attention, mlp
        head  logits[h voc] norm rmsnorm
      }
      """;

  /** As DeepSeek-V3.2: latent attention with one head of keys, and an indexer of its own. */
  static final String INDEXED =
      FRAME.replace(
          "BLOCK",
          """
          block attention(x[b s h]) {
            weight q_down[h lq], q_nope[lq n dn], q_rope[lq n dr]
            weight kv_down[h lk], k_rope[h dr], k_up[lk n dn], v_up[lk n dv], wo[n dv h]
            weight iq[lq hi di], ik[h di], iw[h hi]
            a = rmsnorm(x)
            cq[b s lq] = a * q_down
            fused latent { c[b s lk] = a * kv_down   kp[b s dr] = a * k_rope }
            nq = rmsnorm(cq)
            fused queries { qn[b s n dn] = nq * q_nope   qp[b s n dr] = nq * q_rope }
            nc = rmsnorm(c)
            still = detach(a)
            qi[b s hi di] = detach(nq) * iq
            ki[b s di] = still * ik
            wi[b s hi] = still * iw
            kn = layernorm(ki)
            sel[b s top] = select(rope(qi), rope(kn), wi, over = s, causal)
            qa[b s n lk] = qn * k_up
            q[b s n dk] = concat(qa, rope(qp))
            k[b s dk] = concat(nc, rope(kp))
            oc[b s n lk] = attend(q, k, nc, over = s, keys = sel)
            o[b s n dv] = oc * v_up
            y[b s h] = o * wo
            return x + y
          }
          """);

  /** Each group of heads selects by its own queries and keys, not only of the tokens before. */
  static final String GROUPED =
      FRAME.replace(
          "BLOCK",
          """
          block attention(x[b s h]) {
            weight wq[h g r d], wk[h g d], wv[h g d], wo[g r d h], sink[g r]
            a = rmsnorm(x)
            q[b s g r d] = a * wq
            k[b s g d]   = a * wk
            v[b s g d]   = a * wv
            sel[b s g top] = select(q, k, over = s)
            o[b s g r d] = attend(q, k, v, over = s, keys = sel, softcap = 2, sinks = sink)
            y[b s h] = o * wo
            return x + y
          }
          """);

  /** One selection for all heads, which is not trained. */
  static final String PLAIN =
      GROUPED.replace(
          "sel[b s g top] = select(q, k, over = s)",
          "sel[b s top] = select(detach(q), detach(k), over = s, causal)");

  /** Meshes and shardings. */
  static final Map<String, String> PLANS = new LinkedHashMap<>();

  static {
    PLANS.put("data", "mesh dp = 2  shard { b over dp }");
    PLANS.put("tensor", "mesh tp = 2  shard { n g f voc over tp }");
    PLANS.put("replicas of keys", "mesh tp = 2  shard { n r f voc over tp }");
    PLANS.put("index heads", "mesh tp = 2  shard { n g f hi voc over tp }");
    PLANS.put(
        "sequence",
        "mesh dp = 2, tp = 2  shard { b over dp  n g f voc over tp  stream: s over tp }");
    PLANS.put("hidden", "mesh tp = 2  shard { n g f voc over tp  stream: h over tp }");
    PLANS.put("context", "mesh cp = 2  context all_gather  shard { s over cp }");
    PLANS.put(
        "context, tensor",
        "mesh cp = 2, tp = 2  context all_gather"
            + "  shard { s over cp  n g f voc over tp  stream: s over cp, tp }");
    PLANS.put("recomputed attention", PLANS.get("sequence") + "  recompute attend");
    PLANS.put("recomputed selection", PLANS.get("sequence") + "  recompute select");
    PLANS.put("recomputed both", PLANS.get("context, tensor") + "  recompute select, attend");
    PLANS.put("recomputed products", PLANS.get("sequence") + "  recompute attention.a");
  }

  private SelectionModels() {}
}
