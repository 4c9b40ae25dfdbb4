package io.heddle.processor.oracle;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the ranks compute together is what the model says: every tensor, the gradient of every block
 * and of every weight, to rounding. This holds resharding, the backward pass and gradient groups at
 * once.
 */
final class NumericalOracleTest {
  static Set<String> plans() {
    return SmallModels.PLANS.keySet();
  }

  static Set<String> grids() {
    return SmallModels.GRIDS.keySet();
  }

  @ParameterizedTest
  @MethodSource("plans")
  void gpt(String plan) {
    RankRun.check(
        new Problem(SmallModels.compile(SmallModels.GPT, SmallModels.PLANS.get(plan)), 1));
  }

  @ParameterizedTest
  @MethodSource("plans")
  void llama(String plan) {
    RankRun.check(
        new Problem(SmallModels.compile(SmallModels.LLAMA, SmallModels.PLANS.get(plan)), 2));
  }

  @ParameterizedTest
  @MethodSource("grids")
  void twoDimensionalSplits(String plan) {
    RankRun.check(
        new Problem(SmallModels.compile(SmallModels.LLAMA, SmallModels.GRIDS.get(plan)), 3));
  }

  static Set<String> contexts() {
    return SmallModels.CONTEXTS.keySet();
  }

  @ParameterizedTest
  @MethodSource("contexts")
  void splitKeys(String plan) {
    String context = SmallModels.CONTEXTS.get(plan);
    RankRun.check(new Problem(SmallModels.compile(SmallModels.LLAMA, context), 5));
    RankRun.check(new Problem(SmallModels.compile(SmallModels.GPT, context), 6));
  }

  static Set<String> experts() {
    return ExpertModels.PLANS.keySet();
  }

  @ParameterizedTest
  @MethodSource("experts")
  void latentAttentionAndExperts(String plan) {
    String experts = ExpertModels.PLANS.get(plan);
    RankRun.check(new Problem(SmallModels.compile(ExpertModels.LATENT, experts), 7));
  }

  @ParameterizedTest
  @MethodSource("experts")
  void groupedQueriesAndExperts(String plan) {
    String experts = ExpertModels.PLANS.get(plan);
    RankRun.check(new Problem(SmallModels.compile(ExpertModels.GROUPED, experts), 8));
  }

  static Stream<Arguments> streams() {
    return StreamModels.MODELS.keySet().stream()
        .flatMap(model -> StreamModels.PLANS.keySet().stream().map(plan -> arguments(model, plan)));
  }

  @ParameterizedTest
  @MethodSource("streams")
  void severalStreams(String model, String plan) {
    String text = StreamModels.MODELS.get(model);
    RankRun.check(new Problem(SmallModels.compile(text, StreamModels.plan(model, plan)), 13));
  }

  @Test
  void streamsThatLieInDifferentWays() {
    String plan = StreamModels.ONE_SPLIT_SEQUENCE;
    RankRun.check(new Problem(SmallModels.compile(StreamModels.VISION, plan), 14));
    String keys = StreamModels.SPLIT_KEYS;
    RankRun.check(new Problem(SmallModels.compile(StreamModels.VISION, keys), 17));
    RankRun.check(new Problem(SmallModels.compile(StreamModels.TWO_LOSSES, keys), 18));
  }

  @Test
  void blocksOfSeveralStreamsAreComputedAgain() {
    String plan = StreamModels.BLOCKS_AGAIN;
    RankRun.check(new Problem(SmallModels.compile(StreamModels.ENCODER_DECODER, plan), 15));
    RankRun.check(new Problem(SmallModels.compile(StreamModels.VISION, plan), 16));
  }

  /** A weight gradient that is made where the gradient of its result cannot stay a partial sum. */
  @Test
  void partialGradientMeetsASplitOverItsAxis() {
    String plan =
        """
        mesh u = 2, v = 2
         shard { r over u
          voc over u
          f over v
          stream: s over u, v }
         pin grad attention.wq[h g r/v d]
         pin grad attention.wk[h g d]
         pin grad attention.wv[h g d]
        """;
    RankRun.check(new Problem(SmallModels.compile(SmallModels.LLAMA, plan), 4));
  }

  /**
   * Queries alone are split over more ranks than there are heads of keys: gradients of keys stay
   * partial sums behind a norm, up to the one kernel of all three.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "mesh u = 2\n shard { r voc f over u  stream: s over u }",
        "mesh u = 2, v = 2\n shard { g over u  r over v  voc f over u, v  stream: s over u, v }",
      })
  void normsOfHeadsThatAreRepeated(String plan) {
    String normed =
        SmallModels.LLAMA.replace(
            "attend(rope(q), rope(k), v", "attend(rope(rmsnorm(q)), rope(rmsnorm(k)), v");
    RankRun.check(new Problem(SmallModels.compile(normed, plan), 19));
    String centred =
        normed
            .replace("rmsnorm(k)", "layernorm(k)")
            .replace("logits[h voc]", "logits[h voc] norm rmsnorm");
    RankRun.check(new Problem(SmallModels.compile(centred, plan), 20));
  }

  /** A block takes and returns the stream as it is stored, and rows travel as experts need them. */
  @Test
  void pinsHoldInsideTheirBlock() {
    String plan =
        """
        mesh dp = 2, tp = 2
         shard { b over dp
          n voc over tp
          e over dp
          stream: s over tp }
         pin moe.x[b/dp s h]
         pin moe.z[e/dp t h/tp]
         pin moe.m[e t/dp h/tp]
         pin attention.y[b/dp s h]
        """;
    RankRun.check(new Problem(SmallModels.compile(ExpertModels.GROUPED, plan), 9));
  }

  /** The first product is kept as partial sums, which the sum that is computed again reduces. */
  @Test
  void aSumIsComputedAgainFromPartialTerms() {
    String model =
        """
        model Small {
          dim b
          dim s = 4, h = 8, voc = 12, f = 8
          block mlp(x[b s h]) {
            weight up[h f], bias[f], down[f h]
            u[b s f] = x * up
            v[b s f] = u + bias
            return x + v * down
          }
          embed tokens[voc h]
          stack 2 of mlp
          head  logits[h voc] norm rmsnorm
        }
        """;
    String plan = "mesh u = 2\n shard { h over u }\n recompute mlp.v\n";
    RankRun.check(new Problem(SmallModels.compile(model, plan), 11));
  }

  /**
   * One kernel makes the gradients of a sum and of its term; both are gathered before they meet.
   */
  @Test
  void aSumAndItsTermAreGatheredApart() {
    String model =
        """
        model Small {
          dim b
          dim s = 4, h = 3, voc = 6
          block twice(x[b s h]) {
            t0[b s h] = layernorm(x)
            t1[b s h] = t0 + x
            t2[b s h] = t1 * t0
            return t2
          }
          embed tokens[voc h]
          stack 1 of twice
          head  logits[h voc] norm none
        }
        """;
    String plan =
        """
        mesh u = 4, v = 2
        shard { s over u  voc over v  stream: s over u }
        pin twice.t2[b s/v h]
        """;
    RankRun.check(new Problem(SmallModels.compile(model, plan), 12));
  }

  /** Rows without work between the two ways go out and come back all the same. */
  @Test
  void expertsThatDoNothing() {
    String idle = ExpertModels.GROUPED.replace("combine(m, p)", "combine(m, p) + combine(z, p)");
    String plan = ExpertModels.PLANS.get("data and tensor axes regrouped");
    RankRun.check(new Problem(SmallModels.compile(idle, plan), 10));
  }

  /** To go from an axis to a view of it, parts would have to be cut before they are whole. */
  @Test
  void axesDoNotMeetTheirView() {
    String plan = ExpertModels.PLANS.get("data axes regrouped") + " pin moe.down[e fe/dp h]\n";
    assertThatThrownBy(() -> SmallModels.compile(ExpertModels.GROUPED, plan))
        .hasMessageContaining("TFM3025");
  }

  /** Each lies well where it is stored, but in one product an axis and a view of it would meet. */
  @Test
  void operandsDoNotMeetAcrossAView() {
    String plan =
        """
        mesh dp = 2, tp = 2
        view w: (dp tp) = (a c) where c = 2
        shard { f over c  stream: s over tp }
        """;
    assertThatThrownBy(() -> SmallModels.compile(SmallModels.LLAMA, plan))
        .hasMessageContaining("TFM3025")
        .hasMessageContaining("let only dispatch and combine stand between them");
  }
}
