package io.heddle.processor.oracle;

import io.heddle.processor.Sources;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.diagnose.Source;
import java.util.LinkedHashMap;
import java.util.Map;

/** Small causal models of all kinds of attention, and meshes on which they can lie. */
final class InferenceModels {
  private static final String FRAME =
      """
      tfm 1
      import "std/clusters.tfm"
      model Small {
        param seq = 12
        dim b
        dim s = seq, h = 8, voc = 12, f = 8, g = 2, r = 2, d = 3
        dim lk = 4, dr = 2, dn = 3, dq = 5, n = 4
        dim dk = 6, hi = 2, di = 3, top = 5
        %s
        block mlp(x[b s h]) {
          weight gate[h f], up[h f], down[f h]
          a = rmsnorm(x)
          fused gate_up { p[b s f] = a * gate   q[b s f] = a * up }
          y[b s h] = (silu(p) * q) * down
          return x + y
        }
        embed tokens[voc h]%s
        stack 2 of %s, mlp
        head  logits[h voc]
      }
      plan P of Small {
        %s
        %s
        on hgx_h100
      }
      """;

  private static final String GROUPED =
      """
      block %1$s(x[b s h]) {
          weight wq[h g r d], wk[h g d], wv[h g d], wo[g r d h], sink[g r]
          a = rmsnorm(x)
          fused qkv {
            q[b s g r d] = a * wq
            k[b s g d]   = a * wk
            v[b s g d]   = a * wv
          }
          o[b s g r d] = attend(rope(q), rope(k), v, over = s, %2$s)
          y[b s h]     = o * wo
          return x + y
        }
      """;

  private static final String LATENT =
      """
      block mla(x[b s h]) {
          weight wq[h n dn], wr[h n dr], down[h lk], kr[h dr]
          weight k_up[lk n dn], v_up[lk n d], wo[n d h]
          a          = rmsnorm(x)
          fused latent { c[b s lk] = a * down   kp[b s dr] = a * kr }
          fused queries { qn[b s n dn] = a * wq   qp[b s n dr] = a * wr }
          nc = rmsnorm(c)
          fused keys_values { kn[b s n dn] = nc * k_up   v[b s n d] = nc * v_up }
          q[b s n dq] = concat(qn, rope(qp))
          k[b s n dq] = concat(kn, rope(kp))
          o[b s n d] = attend(q, k, v, over = s, causal)
          y[b s h]   = o * wo
          return x + y
        }
      """;

  /** Keys and values of pairs of heads, of one compressed tensor; a cap, and sinks. */
  private static final String PAIRS =
      """
      block pairs(x[b s h]) {
          weight wq[h g r d], down[h lk], k_up[lk g d], v_up[lk g dn], wo[g r dn h], sink[g r]
          a          = rmsnorm(x)
          q[b s g r d] = a * wq
          c[b s lk]  = a * down
          k[b s g d] = c * k_up
          v[b s g dn] = c * v_up
          o[b s g r dn] = attend(q, k, v, over = s, causal, softcap = 2, sinks = sink)
          y[b s h]   = o * wo
          return x + y
        }
      """;

  /** Queries that are not joined of parts; each of two groups of heads keeps its own. */
  private static final String WHOLE_QUERIES =
      """
      block groups(x[b s h]) {
          weight wq[h g r dq], down[h g lk], kr[h g dr], k_up[lk g r dn], v_up[lk g r d], wo[g r d h]
          a          = rmsnorm(x)
          q[b s g r dq] = a * wq
          c[b s g lk] = a * down
          kp[b s g dr] = a * kr
          nc = rmsnorm(c)
          kn[b s g r dn] = nc * k_up
          v[b s g r d] = nc * v_up
          k[b s g r dq] = concat(rope(kp), kn)
          o[b s g r d] = attend(q, k, v, over = s, causal, window = 5)
          y[b s h]   = o * wo
          return x + y
        }
      """;

  /** One head of keys and values, and an index that selects them. */
  private static final String SELECTED =
      """
      block sparse(x[b s h]) {
          weight wq[h n dn], wr[h n dr], down[h lk], kr_up[h dr]
          weight k_up[lk n dn], v_up[lk n d], wo[n d h], iq[h hi di], ik[h di], iw[h hi]
          a          = rmsnorm(x)
          fused latent { c[b s lk] = a * down   kp[b s dr] = a * kr_up }
          fused queries { qn[b s n dn] = a * wq   qp[b s n dr] = a * wr }
          nc = rmsnorm(c)
          kr = rope(kp)
          qi[b s hi di] = a * iq
          kw[b s di] = a * ik
          wi[b s hi] = a * iw
          ki = rope(kw)
          chosen[b s top] = select(qi, ki, wi, over = s, causal)
          qc[b s n lk] = qn * k_up
          q[b s n dk] = concat(qc, rope(qp))
          k[b s dk] = concat(nc, kr)
          oc[b s n lk] = attend(q, k, nc, over = s, keys = chosen)
          o[b s n d] = oc * v_up
          y[b s h]   = o * wo
          return x + y
        }
      """;

  /**
   * A model.
   *
   * @param cache the line of the plan that says what is kept; empty for keys and values
   */
  record Kind(String blocks, String tables, String layer, String cache) {}

  static final Map<String, Kind> KINDS = new LinkedHashMap<>();

  static {
    KINDS.put("grouped", grouped("causal"));
    KINDS.put("window", grouped("causal, window = 4"));
    KINDS.put("chunk", grouped("causal, chunk = 5"));
    KINDS.put("cap and sinks", grouped("causal, softcap = 2, sinks = sink"));
    KINDS.put(
        "places",
        new Kind(GROUPED.formatted("attention", "causal"), ", positions[s h]", "attention", ""));
    KINDS.put(
        "two kinds",
        new Kind(
            GROUPED.formatted("local", "causal, window = 3")
                + GROUPED.formatted("global", "causal"),
            "",
            "cycle((local, mlp), (global",
            ""));
    KINDS.put("latent", new Kind(LATENT, "", "mla", ""));
    KINDS.put("latent kept", new Kind(LATENT, "", "mla", "cache mla.nc, mla.rope.kp"));
    KINDS.put("absorbed", new Kind(LATENT, "", "mla", "cache mla.nc, mla.rope.kp absorbed"));
    KINDS.put("absorbed pairs", new Kind(PAIRS, "", "pairs", "cache pairs.c (page = 4) absorbed"));
    KINDS.put(
        "absorbed groups",
        new Kind(WHOLE_QUERIES, "", "groups", "cache groups.nc, groups.rope.kp absorbed"));
    KINDS.put("values kept", new Kind(PAIRS, "", "pairs", "cache pairs.c, pairs.v absorbed"));
    KINDS.put("before the norm", new Kind(LATENT, "", "mla", "cache mla.c, mla.kp"));
    KINDS.put("selected", new Kind(SELECTED, "", "sparse", ""));
    KINDS.put(
        "selected kept", new Kind(SELECTED, "", "sparse", "cache sparse.nc, sparse.kr, sparse.kw"));
    KINDS.put(
        "selected absorbed",
        new Kind(SELECTED, "", "sparse", "cache sparse.nc, sparse.kr, sparse.ki absorbed"));
    KINDS.put("selected, hidden kept", new Kind(SELECTED, "", "sparse", "cache sparse.a"));
    KINDS.put("hidden kept", new Kind(LATENT, "", "mla", "cache mla.a"));
  }

  /** Meshes for all kinds. */
  static final Map<String, String> MESHES = new LinkedHashMap<>();

  static {
    MESHES.put("one rank", "mesh dp = 1\n shard { b over dp }");
    MESHES.put("tensor", "mesh tp = 2\n shard { g n f voc over tp }");
    MESHES.put("data, tensor", "mesh dp = 2, tp = 2\n shard { b over dp  g n f voc over tp }");
    MESHES.put("hidden", "mesh tp = 2\n shard { g n f voc over tp  stream: h over tp }");
    MESHES.put("stages", "mesh pp = 2, tp = 2\n shard { g n f voc over tp  layers over pp }");
  }

  private InferenceModels() {}

  private static Kind grouped(String arguments) {
    return new Kind(GROUPED.formatted("attention", arguments), "", "attention", "");
  }

  /** A step of a model. */
  static TfmCompiler.Compiled compile(Kind kind, String mesh, String step) {
    String text =
        FRAME.formatted(kind.blocks(), kind.tables(), kind.layer(), mesh, step + "\n" + kind.cache);
    if (kind.layer().startsWith("cycle")) {
      text = text.replace("(global, mlp\n", "(global, mlp))\n");
    }
    if (!kind.blocks().contains("sinks")) {
      text = text.replace(", sink[g r]", "");
    }
    return Sources.compile(new Source("small.tfm", text), "P");
  }

  /** The same model computing whole sequences. */
  static TfmCompiler.Compiled forward(Kind kind, int sequences) {
    Kind withoutCache = new Kind(kind.blocks(), kind.tables(), kind.layer(), "");
    String step = "batch %1$d micro_batch %1$d forward".formatted(sequences);
    return compile(withoutCache, MESHES.get("one rank"), step);
  }
}
