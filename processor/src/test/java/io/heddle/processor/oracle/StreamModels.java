package io.heddle.processor.oracle;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Small models with several streams, and plans that split them in different ways. */
final class StreamModels {
  private static final String BLOCKS =
      """
        block self(x[b s h]) {
          weight wq[h n d], wk[h n d], wv[h n d], wo[n d h]
          a = rmsnorm(x)
          fused qkv { q[b s n d] = a * wq  k[b s n d] = a * wk  v[b s n d] = a * wv }
          o[b s n d] = attend(q, k, v, over = s, causal)
          y[b s h]   = o * wo
          return x + y
        }
        block mlp(x[b s h]) {
          weight up[h f], down[f h]
          a        = rmsnorm(x)
          u[b s f] = gelu(a * up)
          y[b s h] = u * down
          return x + y
        }
        block read(x[b u h]) {
          weight up[h f], down[f h]
          a        = rmsnorm(x)
          w[b u f] = gelu(a * up)
          y[b u h] = w * down
          return x + y
        }
        block cross(x[b s h], m[b u h]) {
          weight wq[h n d], wk[h n d], wv[h n d], wo[n d h]
          a          = rmsnorm(x)
          q[b s n d] = a * wq
          fused kv { k[b u n d] = m * wk  v[b u n d] = m * wv }
          o[b s n d] = attend(q, k, v, over = s : u)
          y[b s h]   = o * wo
          return x + y
        }
      """;

  private static final String DIMS =
      """
        dim b
        dim s = 8, u = 4, h = 8, h2 = 8, j = 16, t = 12, voc = 12, n = 4, d = 4, f = 8, p = 6
      """;

  /** Encoder and decoder: one table for three uses. */
  static final String ENCODER_DECODER =
      "model Small {\n"
          + DIMS
          + BLOCKS
          + """
            stream enc {
              embed tokens[voc h]
              stack 2 of read
            }
            stream dec {
              embed tied tokens
              stack 3 of self, cross(m = enc), mlp
              head  tied tokens
            }
          }
          """;

  /** The same with tables of their own, so that stages may share the work. */
  static final String APART =
      ENCODER_DECODER
          .replace("embed tied tokens", "embed words[voc h]")
          .replace("head  tied tokens", "head  logits[h voc]")
          .replace("stack 3 of", "stack 2 of");

  /** What is given to the model has no gradient; layers in a pattern take it now and then. */
  static final String VISION =
      "model Small {\n"
          + DIMS
          + BLOCKS
          + """
            block patches() {
              input v[b u p]
              weight first[p h]
              y[b u h] = v * first
              return y
            }
            stream text_in { embed tokens[voc h], places[s h] }
            stream image { begin patches }
            stream text {
              begin copy(x = text_in)
              stack 4 of cycle(2 of (self, mlp), (cross(m = image), mlp))
              head  logits[h voc]
            }
            block copy(x[b s h]) {
              weight w[h h2], w2[h2 h]
              y[b s h2] = x * w
              z[b s h] = y * w2
              return z
            }
          }
          """;

  /** What is read has no weights, and so no gradient. */
  static final String GIVEN =
      VISION
          .replace("input v[b u p]", "input v[b u h]")
          .replace("weight first[p h]", "")
          .replace("y[b u h] = v * first", "y[b u h] = gelu(v)");

  /** One stream ends in a loss and goes on to the next, with its table and its head. */
  static final String TWO_LOSSES =
      "model Small {\n"
          + DIMS
          + BLOCKS
          + """
            block join(x[b s h], e[b s h]) {
              weight wx[h h2], we[h h2], w[h2 h]
              xn       = rmsnorm(x)
              en       = rmsnorm(e)
              y[b s h2] = xn * wx + en * we
              z[b s h] = y * w
              return z
            }
            stream main {
              embed tokens[voc h]
              stack 2 of self, mlp
              head  logits[h voc]
            }
            stream next { embed tied tokens }
            stream mtp {
              begin join(x = main, e = next)
              stack 1 of self, mlp
              head  tied logits
            }
          }
          """;

  /** A stream that is joined to another, and is as long as both behind it. */
  static final String JOINED =
      "model Small {\n"
          + DIMS
          + BLOCKS
          + """
            block wide(x[b t h]) {
              weight up[h f], down[f h]
              a        = rmsnorm(x)
              w[b t f] = gelu(a * up)
              y[b t h] = w * down
              return x + y
            }
            block splice(x[b s h], v[b u h]) {
              y[b t h] = concat(v, x)
              return y
            }
            stream vision {
              embed tokens[voc h]
              stack 2 of read
            }
            stream words { embed tied tokens }
            stream chat {
              begin splice(x = words, v = vision)
              stack 2 of wide
              head  logits[h voc]
            }
          }
          """;

  /** A block that takes two streams, or one of them twice, and adds up what it makes of both. */
  static final String TWICE =
      VISION
          .replace(
              "(cross(m = image), mlp)",
              "(meet(k = image, v = image), mlp), (meet(k = image, v = other), mlp)")
          .replace("stream image", "stream other { embed labels[voc h] }\n    stream image")
          .replace(
              "block copy(",
              """
                  block meet(x[b s h], k[b u h], v[b u h]) {
                    weight wq[h n d], wk[h n d], wv[h n d], wo[n d h]
                    q[b s n d]  = rmsnorm(x) * wq
                    kk[b u n d] = rmsnorm(k) * wk
                    vv[b u n d] = v * wv
                    o[b s n d]  = attend(q, kk, vv, over = s : u)
                    y[b s h]    = o * wo
                    return x + y
                  }
                  block copy(""");

  /**
   * One vector for each sequence shifts, scales and gates its tokens, as in diffusion transformers.
   */
  static final String CONDITIONED =
      "model Small {\n"
          + DIMS
          + """
            dim c = 8, px = 6
            block timestep() {
              input waves[b p]
              weight w1[p c], b1[c]
              t[b c] = waves * w1 + b1
              return t
            }
            block condition(t[b c], e[b c]) {
              return silu(t + e)
            }
            block patches() {
              input v[b s p]
              weight first[p h], places[s h]
              y[b s h] = v * first
              return y + places
            }
            block modulated(x[b s h], v[b c]) {
              weight wshift[c h], wscale[c h], wgate[c h], bshift[h], bscale[h], bgate[h]
              weight wq[h n d], wk[h n d], wv[h n d], wo[n d h]
              fused modulation {
                shift[b h] = v * wshift + bshift
                scale[b h] = v * wscale + bscale
                gate[b h]  = v * wgate + bgate
              }
              a  = layernorm(x, weight = none, bias = none)
              am = a + a * scale + shift
              fused qkv { q[b s n d] = am * wq  k[b s n d] = am * wk  w[b s n d] = am * wv }
              o[b s n d] = attend(q, k, w, over = s)
              y[b s h]   = o * wo
              return x + y * gate
            }
            block denoise(x[b s h], v[b c]) {
              weight wshift[c h], wscale[c h], out[h px]
              fused modulation { shift[b h] = v * wshift  scale[b h] = v * wscale }
              a         = layernorm(x, weight = none, bias = none)
              am        = a + a * scale + shift
              z[b s px] = am * out
              return squared_error(z)
            }
            stream time { begin timestep }
            stream label { embed labels[voc c] }
            stream conditions { begin condition(t = time, e = label) }
            stream image {
              begin patches
              stack 4 of modulated(v = conditions)
              end denoise(v = conditions)
            }
          }
          """;

  /** All of them by name. */
  static final Map<String, String> MODELS = new LinkedHashMap<>();

  /** Plans that fit all of them. */
  static final Map<String, String> PLANS = new LinkedHashMap<>();

  /** The decoder reads what lies otherwise than its own stream. */
  static final String ONE_SPLIT_SEQUENCE =
      """
      mesh dp = 2, tp = 2
      shard { b over dp  n f over tp  stream: s over tp }
      """;

  /** Keys are gathered where an axis splits a sequence. */
  static final String SPLIT_KEYS =
      """
      mesh    cp = 2
      shard   { s over cp }
      context all_gather
      """;

  private static final String SPLIT_SEQUENCES =
      """
      mesh  tp = 2
      shard { n f voc over tp  stream: s over tp  stream: u over tp }
      """;

  private static final String SPLIT_TENSORS =
      """
      mesh  dp = 2, tp = 2
      shard { b over dp  n f voc over tp }
      """;

  /** Whole blocks are computed again, of what they take of both streams. */
  static final String BLOCKS_AGAIN = SPLIT_SEQUENCES + "recompute cross, mlp\n";

  static {
    MODELS.put("encoder and decoder", ENCODER_DECODER);
    MODELS.put("vision", VISION);
    MODELS.put("two losses", TWO_LOSSES);
    MODELS.put("joined", JOINED);
    MODELS.put("twice", TWICE);
    MODELS.put("conditioned", CONDITIONED);
    PLANS.put("whole", "mesh dp = 2 shard { b over dp }\n");
    PLANS.put("tensors", SPLIT_TENSORS);
    PLANS.put("sequences", SPLIT_SEQUENCES);
    PLANS.put("optimizer", SPLIT_TENSORS + "optimizer adam sharded over dp, weights sharded\n");
    PLANS.put("computed again", SPLIT_SEQUENCES + "recompute rmsnorm, gelu\n");
  }

  /** The models of which all streams have the same sequence, or none. */
  private static final Set<String> ONE_SEQUENCE = Set.of("two losses", "conditioned");

  private StreamModels() {}

  /** A plan without rules for what no stream of the model has, and with its own operations. */
  static String plan(String model, String plan) {
    String lines = PLANS.get(plan);
    if (ONE_SEQUENCE.contains(model)) {
      lines = lines.replace("stream: u over tp", "");
    }
    boolean isConditioned = model.equals("conditioned");
    return isConditioned ? lines.replace("rmsnorm, gelu", "layernorm, silu") : lines;
  }
}
