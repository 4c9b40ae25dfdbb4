package io.heddle.processor.syntax;

import io.heddle.processor.diagnose.Span;
import java.util.List;

/** A line of a sweep. */
public sealed interface SweepItem {
  Span span();

  /**
   * {@code tp in 1, 2, 4}, {@code schedule in gpipe, interleaved(chunks = 2)}.
   *
   * @param alternatives those that could be read
   */
  record Swept(Name name, List<Alternative> alternatives, Span span) implements SweepItem {}

  /**
   * One of what is swept.
   *
   * @param isWord whether it is a word without brackets, of which a sweep may take the first word
   *     of a line alone
   */
  record Alternative(PlanChange change, boolean isWord) {}

  /** {@code dp = 64 / (tp * pp)}. */
  record Derived(Name name, Expression value, Span span) implements SweepItem {}

  /** {@code keep when tp * pp <= 64}. */
  record Condition(Expression condition, Span span) implements SweepItem {}
}
