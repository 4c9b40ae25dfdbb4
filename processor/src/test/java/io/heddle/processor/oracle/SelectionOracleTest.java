package io.heddle.processor.oracle;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Attention to selected keys on arrays: ranks select what the whole model does, and make its
 * results and gradients, those of the loss that trains an indexer among them.
 */
final class SelectionOracleTest {
  static Stream<Arguments> plans() {
    return SelectionModels.PLANS.keySet().stream()
        .flatMap(
            plan ->
                Stream.of(
                        SelectionModels.INDEXED, SelectionModels.GROUPED, SelectionModels.PLAIN)
                    .map(model -> Arguments.of(plan, model)));
  }

  @ParameterizedTest
  @MethodSource("plans")
  void ranksSelectWhatTheModelDoes(String plan, String model) {
    check(model, SelectionModels.PLANS.get(plan));
  }

  /** A pin shares out the queries of an indexer over ranks of a tensor group. */
  @Test
  void aPinSharesQueriesOut() {
    check(
        SelectionModels.INDEXED,
        SelectionModels.PLANS.get("sequence") + "  pin attention.sel[b/dp s/tp top]");
    check(
        SelectionModels.GROUPED,
        "mesh tp = 2  shard { g f voc over tp }  pin attention.sel[b s g/tp top]");
  }

  /** What is frozen has no gradient, and a selection of frozen weights no target. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "attention.iq, attention.ik, attention.iw, attention.layernorm.ki",
        "attention.iq, attention.iw",
        "attention.ik, attention.wo",
        "embed, mlp",
      })
  void someWeightsAreFrozen(String frozen) {
    check(
        SelectionModels.INDEXED,
        SelectionModels.PLANS.get("sequence") + "  freeze " + frozen.replace(", attention.layernorm.ki", ""));
  }

  private static void check(String model, String plan) {
    RankRun.check(new Problem(SmallModels.compile(model, plan), 11));
  }
}
