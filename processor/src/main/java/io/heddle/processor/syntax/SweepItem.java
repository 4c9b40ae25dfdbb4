package io.heddle.processor.syntax;

import io.heddle.processor.diagnose.Span;
import java.util.List;

/** A line of a sweep. */
public sealed interface SweepItem {
  Span span();

  /** {@code tp in 1, 2, 4}, {@code schedule in gpipe, one_f_one_b}: words are references. */
  record Values(Name name, List<Expression> values, Span span) implements SweepItem {}

  /** {@code dp = 64 / (tp * pp)}. */
  record Derived(Name name, Expression value, Span span) implements SweepItem {}

  /** {@code layout in (pp > dp), (dp > pp)}: each outermost first. */
  record Layouts(List<List<Name>> layouts, Span span) implements SweepItem {}

  /** {@code keep when tp * pp <= 64}. */
  record Condition(Expression condition, Span span) implements SweepItem {}
}
