package io.heddle.processor.lower;

import io.heddle.processor.diagnose.Span;
import io.heddle.processor.model.Dim;
import io.heddle.processor.program.Origin.Rule;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Dimensions whose axes are fixed, also to none, and who fixes each.
 *
 * @param rulings of the same dimensions
 */
record Binding(Map<Dim, List<String>> axes, Map<Dim, Ruling> rulings) {
  /** Nothing is fixed. */
  static final Binding NONE = new Binding(Map.of(), Map.of());

  /**
   * Who says which axes a dimension has.
   *
   * @param line of the plan; null: the shard rule of the dimension
   */
  record Ruling(Rule rule, @Nullable Span line) {}

  /** Dimensions that are all fixed by the same. */
  static Binding of(Map<Dim, List<String>> axes, Rule rule, @Nullable Span line) {
    Map<Dim, Ruling> rulings = new LinkedHashMap<>();
    axes.keySet().forEach(dim -> rulings.put(dim, new Ruling(rule, line)));
    return new Binding(axes, rulings);
  }

  /** Both; of a dimension in both, what the other says. */
  Binding and(Binding other) {
    Map<Dim, List<String>> both = new LinkedHashMap<>(axes);
    both.putAll(other.axes());
    Map<Dim, Ruling> all = new LinkedHashMap<>(rulings);
    all.putAll(other.rulings());
    return new Binding(both, all);
  }
}
