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
record Draft(List<Dim> dims, Map<Operand, Boolean> inputs, List<Function> functions, Span span) {
  static Draft of(Operand operand, Span span) {
    return new Draft(operand.dims(), Map.of(operand, true), List.of(), span);
  }

  /** The operand itself, if nothing is done to it. */
  @Nullable Operand plain() {
    return functions.isEmpty() && inputs.size() == 1 ? inputs.keySet().iterator().next() : null;
  }

  boolean isSum() {
    return inputs.values().stream().allMatch(isTerm -> isTerm);
  }

  Draft with(Function function) {
    Map<Operand, Boolean> inside = new LinkedHashMap<>();
    inputs.keySet().forEach(operand -> inside.put(operand, false));
    return new Draft(dims, inside, append(functions, List.of(function)), span);
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
