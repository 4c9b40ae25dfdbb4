package io.heddle.processor.program;

import io.heddle.processor.model.Block;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Model;
import io.heddle.processor.model.Plan;
import io.heddle.processor.model.PlanNumbers;
import io.heddle.processor.model.Weight;
import java.util.List;
import java.util.function.Predicate;

/** How many values of a model are trained. */
public final class ParameterCount {
  private ParameterCount() {}

  /**
   * The values of all weights; a tied table counts once, and padding not at all.
   *
   * @throws ArithmeticException if they pass 63 bits
   */
  public static long of(Model model, PlanNumbers numbers) {
    return of(model, weight -> true, numbers);
  }

  /**
   * Those that a plan trains.
   *
   * @throws ArithmeticException if they pass 63 bits
   */
  public static long trained(Plan plan, PlanNumbers numbers) {
    return of(plan.model(), plan::trains, numbers);
  }

  private static long of(Model model, Predicate<Weight> counts, PlanNumbers numbers) {
    long all = of(model.embed().weights(), counts, numbers);
    for (Weight weight : model.head().weights()) {
      if (!weight.equals(model.tied())) {
        all = Math.addExact(all, of(List.of(weight), counts, numbers));
      }
    }
    for (Block block : model.sharedBlocks()) {
      all = Math.addExact(all, of(block.weights(), counts, numbers));
    }
    for (Model.LayerKind kind : model.layerKinds()) {
      long layer = 0;
      for (Block block : kind.ownBlocks()) {
        List<Weight> own =
            block.weights().stream().filter(weight -> !block.borrows(weight)).toList();
        layer = Math.addExact(layer, of(own, counts, numbers));
      }
      all = Math.addExact(all, Math.multiplyExact(numbers.layers().of(kind.number()), layer));
    }
    return all;
  }

  private static long of(List<Weight> weights, Predicate<Weight> counts, PlanNumbers numbers) {
    long all = 0;
    for (Weight weight : weights) {
      if (!counts.test(weight)) {
        continue;
      }
      long values = 1;
      for (Dim dim : weight.dims()) {
        values = Math.multiplyExact(values, numbers.dims().get(dim));
      }
      all = Math.addExact(all, values);
    }
    return all;
  }
}
