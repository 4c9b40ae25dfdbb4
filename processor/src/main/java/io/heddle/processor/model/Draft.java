package io.heddle.processor.model;

import io.heddle.processor.diagnose.Span;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A point-wise expression that is not yet a kernel.
 *
 * @param inputs with whether each is only a term of the outermost sum
 */
record Draft(List<Dim> dims, Map<Operand, Use> inputs, List<Function> functions, Span span) {
  /** How an input is used: as {@link Operation.PointWise.Input} says. */
  record Use(boolean isTerm, List<Function> scaled) {
    static final Use TERM = new Use(true, List.of());
    static final Use INSIDE = new Use(false, List.of());
  }

  static Draft of(Operand operand, Span span) {
    return new Draft(operand.dims(), Map.of(operand, Use.TERM), List.of(), span);
  }

  /** The operand itself, if nothing is done to it. */
  @Nullable Operand plain() {
    return functions.isEmpty() && inputs.size() == 1 ? inputs.keySet().iterator().next() : null;
  }

  Draft with(Function function) {
    Map<Operand, Use> inside = new LinkedHashMap<>();
    inputs.forEach((operand, use) -> inside.put(operand, scaled(use, function)));
    return new Draft(dims, inside, append(functions, List.of(function)), span);
  }

  private Use scaled(Use use, Function function) {
    boolean alone = inputs.size() == 1 && functions.equals(use.scaled());
    boolean mayBeTerm = use.isTerm() || !use.scaled().isEmpty();
    return alone && mayBeTerm && function.isLinear()
        ? new Use(false, append(use.scaled(), List.of(function)))
        : Use.INSIDE;
  }

  static List<Function> append(List<Function> first, List<Function> second) {
    List<Function> all = new ArrayList<>(first);
    all.addAll(second);
    return all;
  }

  /** Dimensions as they are written in a declaration. */
  static String list(List<Dim> dims) {
    List<String> names = dims.stream().map(Dim::name).toList();
    return "[" + String.join(" ", names) + "]";
  }
}
