package io.heddle.processor.oracle;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Operations that a file declares, on ranks that share what they need: results and gradients are
 * those of the whole.
 */
final class OwnOperationsTest {
  private static final String OPERATIONS =
      """
      op conv(x[b s c], w[c k], bias[c]) flops 2 * size(x) * k bytes 2 * bytes(x)
        backward flops 4 * size(x) * k bytes 4 * bytes(x)
        halo k - 1 over s
      op ssd(x[b s n d], dt[b s n], B[b s st], C[b s st], A[n])
        flops 6 * size(x) * st bytes 3 * bytes(x)
        backward flops 14 * size(x) * st bytes 7 * bytes(x)
        scan over s carry [b n d st], [b n]
      op mix(x[b s n d], m[n o]) -> [b s d o]
        flops 2 * size(x) * o bytes bytes(x) + bytes(result)
      op flip(x[b s n d]) flops size(x) bytes 2 * bytes(x) linear whole over s
      op total(x[b s n d]) -> [b s d] flops size(x) bytes bytes(x) linear
      op soften(x, bias) flops 8 * size(x) bytes 2 * bytes(x) backward flops 9 bytes 9
      op widen(x[b s d]) -> [b s n d] flops size(result) bytes bytes(result) linear
      op smooth(x[b s n d], y[b s n]) flops size(x) bytes bytes(x) linear scan over s carry [b n d]
        halo 1 over d
      """;

  private static final String DIMS =
      "  dim b\n  dim s = 8, h = 4, voc = 4, n = 4, d = 4, st = 3, k = 3, o = 2, q = 4\n";

  private static final Map<String, String> BLOCKS =
      Map.of(
          "convolution",
          """
            block m(x[b s h]) {
              weight w[h k], bias[h], up[h n d], down[n d h]
              c = conv(x, w, bias)
              u[b s n d] = silu(c) * up
              y[b s h] = u * down
              return x + y
            }
          """,
          "state space",
          """
            block m(x[b s h]) {
              weight wx[h n d], wB[h st], wC[h st], wdt[h n], cB[st k], bB[st], A[n], out[n d h]
              a = rmsnorm(x)
              xx[b s n d] = a * wx
              B[b s st] = a * wB
              C[b s st] = a * wC
              dt[b s n] = a * wdt
              y = ssd(xx, dt, conv(B, cB, bB), C, A)
              o2[b s h] = y * out
              return x + o2
            }
          """,
          "other dimensions",
          """
            block m(x[b s h]) {
              weight wq[h q d], wx[h n d], mm[q o], out[d o h], last[d h], bias[h]
              xq[b s q d] = x * wq
              xx[b s n d] = x * wx
              t[b s d o] = mix(flip(xq), mm)
              y[b s h] = t * out
              z[b s d] = total(xx)
              w[b s h] = z * last
              return x + y + soften(w, bias)
            }
          """,
          "linear",
          """
            block m(x[b s h]) {
              weight wd[h d], wn[h n], out[n d h]
              e[b s d] = x * wd
              v[b s n d] = widen(e)
              g[b s n] = x * wn
              y[b s h] = smooth(v, g) * out
              return x + y
            }
          """);

  /** What a plan computes again of each block. */
  private static final Map<String, String> AGAIN =
      Map.of(
          "convolution", "conv, silu",
          "state space", "conv, ssd",
          "other dimensions", "mix, flip, soften",
          "linear", "smooth, widen");

  private static final Map<String, String> PLANS = plans();

  private static Map<String, String> plans() {
    Map<String, String> plans = new LinkedHashMap<>();
    plans.put(
        "one rank",
        """
        mesh u = 1
         shard { s over u }
         context all_gather
        """);
    plans.put(
        "data",
        """
        mesh dp = 2
         shard { b over dp }
        """);
    plans.put(
        "heads",
        """
        mesh dp = 2, tp = 2
         shard { b over dp  n over tp  stream: s over tp }
        """);
    plans.put(
        "depths",
        """
        mesh tp = 2, v = 2
         shard { n over tp  d over v }
        """);
    plans.put(
        "states gathered",
        """
        mesh cp = 4
         shard { s over cp }
         context all_gather
        """);
    plans.put(
        "states beside a ring",
        """
        mesh cp = 2, up = 2
         shard { s over up, cp }
         context ring
        """);
    plans.put(
        "heads exchanged",
        """
        mesh cp = 2, tp = 2
         shard { s over cp  n over tp }
         context all_to_all
        """);
    plans.put(
        "computed again",
        """
        mesh cp = 2, tp = 2
         shard { s over cp  n over tp  stream: s over cp, tp }
         context all_gather
         recompute OPERATIONS
        """);
    plans.put(
        "blocks again",
        """
        mesh cp = 2, tp = 2
         shard { s over cp  n over tp }
         context all_gather
         recompute m every 2
        """);
    plans.put(
        "parts of the backward pass",
        """
        mesh pp = 2, cp = 2
         shard { s over cp  layers over pp }
         context all_gather
         schedule zero_bubble
        """);
    return plans;
  }

  static Stream<Arguments> cases() {
    return BLOCKS.keySet().stream()
        .sorted()
        .flatMap(block -> PLANS.keySet().stream().map(plan -> Arguments.of(block, plan)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void ranksComputeWhatTheWholeDoes(String block, String plan) {
    String model =
        OPERATIONS
            + "model Small {\n"
            + DIMS
            + BLOCKS.get(block)
            + "  embed tokens[voc h]\n  stack 2 of m\n  head logits[h voc] norm rmsnorm\n}\n";
    String text = PLANS.get(plan).replace("OPERATIONS", AGAIN.get(block));
    RankRun.check(new Problem(SmallModels.compile(model, text), block.hashCode()));
  }
}
