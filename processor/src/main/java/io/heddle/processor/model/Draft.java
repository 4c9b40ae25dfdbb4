package io.heddle.processor.model;

import io.heddle.processor.diagnose.Span;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A point-wise expression that is not yet a kernel.
 *
 * @param inputs with whether each is only a term of the outermost sum
 */
record Draft(List<Dim> dims, Map<Operand, Use> inputs, List<Function> functions, Span span) {
  /** How an input is used: as {@link Operation.PointWise.Input} says. */
  record Use(boolean isTerm, List<Function> scaled, Set<Operand> needs) {
    static final Use TERM = new Use(true, List.of(), Set.of());

    /** Within other functions than the outermost sum. */
    static Use inside(Set<Operand> needs) {
      return new Use(false, List.of(), needs);
    }

    /** The same operand twice: it is no longer a mere term. */
    Use and(Use other) {
      return inside(union(needs, other.needs));
    }

    /** Within a product with a factor that is made of other inputs. */
    private Use times(Draft factor) {
      return inside(union(needs, factor.inputs().keySet()));
    }
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
    inputs.forEach((operand, use) -> inside.put(operand, under(use, function)));
    return new Draft(dims, inside, append(functions, List.of(function)), span);
  }

  private Use under(Use use, Function function) {
    boolean alone = inputs.size() == 1 && functions.equals(use.scaled());
    boolean mayBeTerm = use.isTerm() || !use.scaled().isEmpty();
    if (!function.isLinear()) {
      return Use.inside(union(use.needs(), inputs.keySet()));
    }
    return alone && mayBeTerm
        ? new Use(false, append(use.scaled(), List.of(function)), use.needs())
        : Use.inside(use.needs());
  }

  /** The inputs of a product of two drafts: the gradient of each depends on the other factor. */
  static Map<Operand, Use> product(Draft left, Draft right) {
    Map<Operand, Use> inputs = new LinkedHashMap<>();
    left.inputs().forEach((operand, use) -> inputs.put(operand, use.times(right)));
    right
        .inputs()
        .forEach((operand, use) -> inputs.merge(operand, use.times(left), (a, b) -> a.and(b)));
    return inputs;
  }

  static Set<Operand> union(Set<Operand> first, Set<Operand> second) {
    Set<Operand> all = new LinkedHashSet<>(first);
    all.addAll(second);
    return all;
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
