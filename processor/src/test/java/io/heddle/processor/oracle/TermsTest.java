package io.heddle.processor.oracle;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every term of the language, run on the ranks of several meshes. */
final class TermsTest {
  private static final String MODEL =
      """
      op swish(a, c) flops 6 * size(a) + size(c) bytes bytes(a) + bytes(c) + bytes(a)
      model Small {
        param layers = 2
        dim b
        dim s = 4, h = 8, voc = 12, f = 8, g = 2, r = 2, d = 3, c = 4, m = 2
        block only(x[b s h]) {
      STATEMENTS  }
        embed tokens[voc h]
        stack layers of only
        head  logits[h voc] norm rmsnorm
      }
      """;

  private static final Map<String, String> BLOCKS = new LinkedHashMap<>();
  private static final List<String> WINDOWS = new ArrayList<>();
  private static final Map<String, String> PLANS = new LinkedHashMap<>();

  static {
    BLOCKS.put(
        "keys with a dimension of their own",
        """
        weight wq[h g r d], wk[h g d], wv[h g d], wo[g r d h]
        a = rmsnorm(x)
        q[b s g r d]  = a * wq
        k[b s g d]    = a * wk
        v[b s g d]    = a * wv
        kc[b c g d]   = k[s -> c]
        o[b s g r d]  = attend(q, kc, v[s -> c], over = s : c, causal)
        y[b s h]      = o * wo
        return x + y
        """);
    BLOCKS.put(
        "selected keys with a dimension of their own",
        """
        weight wq[h g r d], wk[h g d], wv[h g d], wo[g r d h]
        a = rmsnorm(x)
        q[b s g r d]  = a * wq
        k[b s g d]    = a * wk
        v[b s g d]    = a * wv
        kc[b c g d]   = k[s -> c]
        n[b s m]      = select(q, kc, over = s : c)
        o[b s g r d]  = attend(q, kc, v[s -> c], over = s : c, keys = n, dropout)
        y[b s h]      = o * wo
        return x + y
        """);
    BLOCKS.put(
        "what has no gradient",
        """
        weight up[h f], gate[h f], down[f h], scale[h]
        a = rmsnorm(x)
        u[b s f] = a * up
        v[b s f] = detach(a) * gate
        w[b s f] = u * detach(sigmoid(v)) + v
        t = detach(x * scale)
        y[b s h] = w * down
        return x + y + t * scale
        """);
    for (String word : new String[] {"", ", causal"}) {
      WINDOWS.add(
          """
          weight wq[h g r d], wk[h g d], wv[h g d], wo[g r d h]
          a = rmsnorm(x)
          q[b s g r d]  = a * wq
          k[b s g d]    = a * wk
          v[b s g d]    = a * wv
          o[b s g r d]  = attend(q, k, v, over = s, window = 2WORD)
          return x + o * wo
          """
              .replace("WORD", word));
    }
    BLOCKS.put(
        "keys that are fewer than queries",
        """
        weight wq[h g r d], wk[h g d], wv[h g d], wo[g r d h], short[s f]
        a = rmsnorm(x)
        q[b s g r d]  = a * wq
        y[b f h]      = a * short
        k[b f g d]    = y * wk
        v[b f g d]    = y * wv
        o[b s g r d]  = attend(q, k, v, over = s : f)
        return x + o * wo
        """);
    BLOCKS.put(
        "copies",
        """
        weight up[h f], down[f h]
        a        = rmsnorm(x)
        z[b s h] = a
        u[b s f] = z * up
        t[b s f] = u
        y[b s h] = silu(t) * down
        return x + y
        """);
    BLOCKS.put(
        "parallel branches with dropout",
        """
        weight up[h f], down[f h], g1[h g], g2[g h]
        a        = rmsnorm(x)
        u[b s g] = silu(a * g1)
        v[b s f] = silu(a * up)
        y[b s h] = u * g2
        t[b s h] = dropout(y)
        return x + 2 * (v * down) + t + gelu(a)
        """);
    BLOCKS.put(
        "an operation of one's own",
        """
        weight up[h f], slope[f], bend[s f], down[f h]
        a        = rmsnorm(x)
        u[b s f] = a * up
        v        = swish(swish(u, slope), bend)
        w[b s f] = swish(v, u) + rope(u)
        y[b s h] = w * down
        return x + swish(y, x)
        """);
    for (String kind : new String[] {"sum", "mean", "first", "max"}) {
      BLOCKS.put(
          kind,
          """
          weight up[h f], down[h g], back[g h], pool[f h]
          a        = rmsnorm(x)
          u[b s f] = silu(a * up)
          m[b f]   = KIND(u, over = s)
          n[b h]   = KIND(a, over = s)
          p[b s]   = KIND(x, over = h)
          z[b h]   = m * pool + n
          w[b g]   = silu(z * down)
          y[b h]   = w * back
          return a * p + y
          """
              .replace("KIND", kind));
    }
    PLANS.put("data", "mesh dp = 2\n shard { b over dp }");
    PLANS.put("tensor", "mesh tp = 2\n shard { g voc over tp }");
    PLANS.put("sequence", "mesh tp = 2\n shard { g voc over tp\n stream: s over tp }");
    PLANS.put("context", "mesh dp = 2, cp = 2\n shard { b over dp\n s over cp }");
    PLANS.put("hidden", "mesh tp = 2\n shard { g voc over tp\n stream: h over tp }");
    PLANS.put(
        "all",
        "mesh dp = 2, cp = 2, tp = 2\n shard { b over dp\n s over cp\n g voc over tp\n"
            + " stream: s over cp, tp }");
  }

  /** A small vision model with a class token, or with the mean of all patches. */
  @TestFactory
  Stream<DynamicTest> vision() {
    return Stream.of("first", "mean", "max")
        .flatMap(
            pool ->
                VISION_PLANS.stream()
                    .map(
                        plan ->
                            DynamicTest.dynamicTest(
                                pool + ", " + plan,
                                () ->
                                    RankRun.check(
                                        new Problem(
                                            SmallModels.compile(VISION.replace("POOL", pool), plan),
                                            6)))));
  }

  private static final String VISION =
      """
      model Small {
        param layers = 2
        dim b
        dim s = 4, px = 6, two = 2, h = 8, f = 8, n = 2, d = 3, k = 4
        block patchify() {
          input pixels[b s px]
          input marks[b s two]
          weight project[px h], special[two h], positions[s h], more[px h]
          fused both {
            y[b s h] = pixels * project
            w[b s h] = pixels * more
          }
          t[b s h] = marks * special
          return y + t + positions + gelu(w)
        }
        block attention(x[b s h]) {
          weight wq[h n d], wk[h n d], wv[h n d], wo[n d h]
          a = layernorm(x)
          fused qkv {
            q[b s n d] = a * wq
            k[b s n d] = a * wk
            v[b s n d] = a * wv
          }
          o[b s n d] = attend(q, k, v, over = s)
          return x + o * wo
        }
        block mlp(x[b s h]) {
          weight up[h f], bu[f], down[f h]
          a        = layernorm(x)
          u[b s f] = gelu(a * up + bu)
          return x + u * down
        }
        block classify(x[b s h]) {
          weight scores[h k], bias[k]
          a      = layernorm(x)
          c      = POOL(a, over = s)
          z[b k] = c * scores + bias
          return cross_entropy(z)
        }
        begin patchify
        stack layers of attention, mlp
        end   classify
      }
      """;

  private static final List<String> VISION_PLANS =
      List.of(
          "mesh dp = 2\n shard { b over dp }",
          "mesh tp = 2\n shard { n f k over tp }",
          "mesh dp = 2, tp = 2\n shard { b over dp\n n f k over tp\n stream: s over tp }",
          "mesh cp = 2, tp = 2\n shard { s over cp\n n f k over tp }\n context all_gather",
          "mesh cp = 2, tp = 2\n shard { s over cp\n n f k over tp\n stream: s over cp, tp }\n"
              + " context all_gather",
          "mesh pp = 2, dp = 2\n shard { b over dp\n layers over pp }");

  private static void check(String statements, String plan) {
    String model = MODEL.replace("STATEMENTS", statements.indent(4));
    RankRun.check(new Problem(SmallModels.compile(model, plan), 5));
  }

  @TestFactory
  Stream<DynamicTest> terms() {
    return BLOCKS.keySet().stream()
        .flatMap(
            block ->
                PLANS.keySet().stream()
                    .map(
                        plan ->
                            DynamicTest.dynamicTest(
                                block + ", " + plan,
                                () -> check(BLOCKS.get(block), PLANS.get(plan)))));
  }

  /** A window goes with whole sequences only. */
  @TestFactory
  Stream<DynamicTest> windows() {
    List<String> plans =
        List.of(
            PLANS.get("data"),
            PLANS.get("sequence"),
            "mesh cp = 2\n shard { s over cp }\n context all_to_all");
    return WINDOWS.stream()
        .flatMap(
            block ->
                plans.stream()
                    .map(plan -> DynamicTest.dynamicTest(plan, () -> check(block, plan))));
  }

  /** A copy that is pinned lies where the pin says, and goes back in the backward pass. */
  @TestFactory
  Stream<DynamicTest> pinnedCopies() {
    return Stream.of("z[b s h]", "z[b s h/cp]", "z[b/dp s/tp h]", "t[b s f]", "t[b s/cp f/tp]")
        .map(
            pin ->
                DynamicTest.dynamicTest(
                    pin,
                    () -> check(BLOCKS.get("copies"), PLANS.get("all") + "\n pin only." + pin)));
  }
}
