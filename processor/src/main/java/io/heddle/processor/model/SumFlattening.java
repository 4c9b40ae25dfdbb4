package io.heddle.processor.model;

import io.heddle.processor.model.Operation.PointWise;
import io.heddle.processor.model.Operation.PointWise.Input;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A sum has all its terms at once: a sum that is used only as a term of another one, named or not,
 * is made part of that.
 */
final class SumFlattening {
  private SumFlattening() {}

  static List<Operation> flatten(List<Operation> operations, @Nullable Tensor result) {
    List<Operation> flat = new ArrayList<>(operations);
    for (int i = 0; i < flat.size(); i++) {
      if (flat.get(i) instanceof PointWise outer) {
        PointWise whole = outer;
        PointWise inner = innerSum(whole, flat, result);
        while (inner != null) {
          flat.remove(inner);
          i--;
          whole = inline(whole, inner);
          flat.set(i, whole);
          inner = innerSum(whole, flat, result);
        }
      }
    }
    return flat;
  }

  private static @Nullable PointWise innerSum(
      PointWise outer, List<Operation> operations, @Nullable Tensor result) {
    Map<Operand, Integer> uses = new HashMap<>();
    operations.forEach(op -> op.inputs().forEach(in -> uses.merge(in, 1, Integer::sum)));
    Set<Operand> terms = new HashSet<>();
    outer.terms().stream().filter(Input::isTerm).forEach(input -> terms.add(input.operand()));
    for (Operation operation : operations) {
      if (operation instanceof PointWise inner
          && (inner.isSum() || scalesProduct(inner, operations, uses))
          && terms.contains(inner.result())
          && uses.get(inner.result()) == 1
          && !inner.result().equals(result)
          && inner.result().dims().size() == outer.result().dims().size()) {
        return inner;
      }
    }
    return null;
  }

  /** Whether it does nothing but linear functions to what may be partial sums. */
  private static boolean scalesProduct(
      PointWise inner, List<Operation> operations, Map<Operand, Integer> uses) {
    Input only = inner.terms().get(0);
    return inner.terms().size() == 1
        && !only.scaled().isEmpty()
        && inner.functions().equals(only.scaled())
        && uses.get(only.operand()) == 1
        && operations.stream()
            .anyMatch(op -> op.mayBePartial() && op.results().contains(only.operand()));
  }

  private static PointWise inline(PointWise outer, PointWise inner) {
    Map<Operand, Input> inputs = new LinkedHashMap<>();
    for (Input input : outer.terms()) {
      List<Input> replacement =
          input.operand().equals(inner.result()) ? inner.terms() : List.of(input);
      // Used twice, an input is no longer a mere term.
      replacement.forEach(
          part ->
              inputs.merge(
                  part.operand(),
                  part,
                  (first, second) ->
                      new Input(
                          first.operand(),
                          false,
                          List.of(),
                          Draft.union(first.needs(), second.needs()))));
    }
    List<Input> terms = List.copyOf(inputs.values());
    List<Function> functions = new ArrayList<>(outer.functions());
    functions.addAll(inner.functions());
    return new PointWise(outer.result(), terms, functions, outer.span());
  }
}
