package io.heddle.processor.model;

import io.heddle.processor.syntax.Expression;
import io.heddle.processor.syntax.PlanChange;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Numbers in place of those of the plan. A plan is evaluated with them as it is, without writing or
 * resolving it anew.
 *
 * @param numbers by name: axes, parameters of the model and of the cluster, {@code batch}, {@code
 *     micro_batch}, {@code chunks}
 */
record Overrides(Map<String, PlanChange.Value> numbers) {
  Overrides {
    numbers = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(numbers));
  }

  /** Those among the changes. */
  static Overrides of(List<PlanChange.Value> numbers) {
    Map<String, PlanChange.Value> byName = new LinkedHashMap<>();
    numbers.forEach(number -> byName.put(number.name(), number));
    return new Overrides(byName);
  }

  PlanChange.@Nullable Value get(String name) {
    return numbers.get(name);
  }

  /** What replaces the number of this name, or else {@code value}. */
  Expression insteadOf(String name, Expression value) {
    PlanChange.Value instead = numbers.get(name);
    return instead == null ? value : instead.value();
  }

  Set<String> names() {
    return numbers.keySet();
  }

  List<PlanChange.Value> all() {
    return new ArrayList<>(numbers.values());
  }
}
