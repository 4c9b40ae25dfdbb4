package io.heddle.processor.lower;

import io.heddle.processor.lower.Binding.Ruling;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Operand;
import io.heddle.processor.model.Operation.Select;
import io.heddle.processor.program.Origin.Rule;
import io.heddle.processor.program.Sharding;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How a selection of keys lies, in either direction. A rank has the scores of all heads and of all
 * keys for its queries, so heads, depth and keys are whole: keys that are split are gathered,
 * whatever {@code context} says. Queries are split as their shard rule says, or a pin on the
 * result; ranks along other axes all select the same.
 *
 * @param ofQueries for the queries, their weights and the result
 * @param ofKeys for the keys
 */
record SelectionAssignment(Assignment ofQueries, Assignment ofKeys) {
  /** How the queries lie. */
  Sharding queries() {
    return ofQueries.sharding();
  }

  /** How the keys lie. */
  Sharding keys() {
    return ofKeys.sharding();
  }

  static SelectionAssignment of(
      BlockContext context, Select op, List<Assignments.Placed> operands) {
    Map<Dim, List<String>> whole = new LinkedHashMap<>();
    op.heads().forEach(dim -> whole.put(dim, List.of()));
    whole.put(op.scoreDim(), List.of());
    whole.put(op.count(), List.of());
    if (!op.keys().equals(op.over())) {
      whole.put(op.keys(), List.of());
    }
    Binding bound = Binding.of(whole, Rule.KEPT_WHOLE, null);
    Binding pin = context.storage.pinned(op.result(), false);
    if (pin == null) {
      List<String> axes = context.plan.shardOf(op.over());
      bound = bound.and(Binding.of(Map.of(op.over(), axes), Rule.SHARD_RULE, null));
    }
    List<Dim> dims = Kernels.union(op.q().dims(), op.k().dims(), op.result().dims());
    Assignment assigned = context.assignments.assign(op.span(), dims, bound, pin, operands);
    return new SelectionAssignment(
        assigned, assigned.with(op.keys(), List.of(), new Ruling(Rule.KEPT_WHOLE, null)));
  }

  /** The assignment that concerns an operand. */
  Assignment of(Select op, Operand operand) {
    return operand.equals(op.k()) ? ofKeys : ofQueries;
  }

  /** Axes over which the gradient of the keys is a partial sum beside those that they lack. */
  Set<String> partialKeys(Select op) {
    Set<String> axes = queries().restrictedTo(List.of(op.over())).splitAxes();
    axes.removeAll(keys().restrictedTo(List.of(op.over())).splitAxes());
    return axes;
  }
}
