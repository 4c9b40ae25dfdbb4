package io.heddle.processor.lower;

import io.heddle.processor.diagnose.Span;
import io.heddle.processor.lower.Binding.Ruling;
import io.heddle.processor.model.Dim;
import io.heddle.processor.program.Origin;
import io.heddle.processor.program.Origin.Rule;
import io.heddle.processor.program.Sharding;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which axes split the dimensions of an operation, and who says so: the reason for bringing its
 * operands there.
 *
 * @param rulings of each dimension
 */
record Assignment(Span statement, Sharding sharding, Map<Dim, Ruling> rulings, DecidingLines lines)
    implements Reason {
  /** The same with other axes for a dimension. */
  Assignment with(Dim dim, List<String> axes, Ruling ruling) {
    Map<Dim, List<String>> split = new LinkedHashMap<>(sharding.split());
    split.put(dim, axes);
    Map<Dim, Ruling> all = new LinkedHashMap<>(rulings);
    all.put(dim, ruling);
    return new Assignment(statement, new Sharding(split, Set.of()), all, lines);
  }

  /**
   * An axis joins a dimension because that gets it here; it leaves one because another gets it, or
   * because the operation needs that one without.
   */
  @Override
  public Origin of(Reshard.Step step) {
    String axis = step.axes().get(0);
    Dim joined = DecidingLines.joined(step, axis);
    Dim user = joined != null ? joined : DecidingLines.dimOf(sharding, axis);
    if (user != null) {
      return origin(user, axis);
    }
    Dim left = DecidingLines.dimOf(step.from(), axis);
    return left == null ? new Origin(statement, Rule.STORED, lines.of(axis)) : origin(left, axis);
  }

  private Origin origin(Dim dim, String axis) {
    Ruling ruling = rulings.getOrDefault(dim, new Ruling(Rule.KEPT_WHOLE, null));
    return new Origin(
        statement, ruling.rule(), ruling.line() == null ? lines.of(dim, axis) : ruling.line());
  }
}
