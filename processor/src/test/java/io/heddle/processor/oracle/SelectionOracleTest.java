package io.heddle.processor.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Operation.Select;
import io.heddle.processor.model.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
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
                Stream.of(SelectionModels.INDEXED, SelectionModels.GROUPED, SelectionModels.PLAIN)
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
        "attention.iq, attention.ik, attention.iw, attention.kn",
        "attention.iq, attention.ik, attention.iw",
        "attention.iq, attention.iw",
        "attention.ik, attention.wo",
        "embed, mlp",
      })
  void someWeightsAreFrozen(String frozen) {
    check(SelectionModels.INDEXED, SelectionModels.PLANS.get("sequence") + "  freeze " + frozen);
  }

  /**
   * The gradients that ranks are compared with are those of the loss, by differences of it where a
   * single number is another.
   */
  @ParameterizedTest
  @MethodSource("selections")
  void gradientsAreThoseOfTheLoss(String model) {
    Problem problem = new Problem(SmallModels.compile(model, SelectionModels.PLANS.get("data")), 5);
    Select op =
        problem.program().blocks().get(0).block().operations().stream()
            .filter(Select.class::isInstance)
            .map(Select.class::cast)
            .findFirst()
            .orElseThrow();
    Random random = new Random(17);
    Map<Tensor, Array> given = new LinkedHashMap<>();
    op.tensors().forEach(tensor -> given.put(tensor, random(tensor.dims(), problem, random)));
    Selection selection = selection(op, given, problem);
    Array indices = selection.indices();
    Array target =
        random(op.result().dims(), problem, random)
            .with(indices, (value, number) -> number < 0 ? 0 : value * value);
    Map<Tensor, Array> gradients = selection.gradients(indices, target);
    for (Tensor tensor : op.tensors()) {
      Array way = random(tensor.dims(), problem, random);
      double step = 1e-6;
      double after = loss(op, given, tensor, way.map(x -> step * x), indices, target, problem);
      double before = loss(op, given, tensor, way.map(x -> -step * x), indices, target, problem);
      double slope = gradients.get(tensor).times(way).sumTo(List.of()).at();
      assertThat((after - before) / (2 * step))
          .as(tensor.name())
          .isCloseTo(slope, within(1e-5 * (1 + Math.abs(slope))));
    }
  }

  static Stream<String> selections() {
    return Stream.of(SelectionModels.INDEXED, SelectionModels.GROUPED);
  }

  private static double loss(
      Select op,
      Map<Tensor, Array> given,
      Tensor moved,
      Array by,
      Array indices,
      Array target,
      Problem problem) {
    Map<Tensor, Array> other = new LinkedHashMap<>(given);
    other.put(moved, given.get(moved).plus(by));
    return selection(op, other, problem).loss(indices, target);
  }

  private static Selection selection(Select op, Map<Tensor, Array> given, Problem problem) {
    Array weights = op.weights() == null ? null : given.get(op.weights());
    int count = problem.grid().size(op.count());
    return new Selection(op, given.get(op.q()), given.get(op.k()), weights, 0, count);
  }

  private static Array random(List<Dim> dims, Problem problem, Random random) {
    int[] sizes = dims.stream().mapToInt(problem.grid()::size).toArray();
    return Array.of(dims, sizes, index -> random.nextGaussian());
  }

  private static void check(String model, String plan) {
    RankRun.check(new Problem(SmallModels.compile(model, plan), 11));
  }
}
