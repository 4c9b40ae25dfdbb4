package io.heddle.processor.syntax;

import io.heddle.processor.diagnose.Span;
import java.util.List;
import org.jspecify.annotations.Nullable;

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

  /**
   * {@code case tp = 8, schedule = gpipe}: lines that are chosen together.
   *
   * @param together each with the one alternative that it has, if that could be read
   */
  record Case(List<Swept> together, Span span) implements SweepItem {}

  /** {@code dp = 64 / (tp * pp)}. */
  record Derived(Name name, Expression value, Span span) implements SweepItem {}

  /**
   * {@code minimize gpus when time <= 20 s}, of a search.
   *
   * @param isMost whether the most of it is best, {@code maximize}
   * @param limit null where nothing is limited
   */
  record Aim(boolean isMost, Name measure, @Nullable Limit limit, Span span) implements SweepItem {}

  /**
   * {@code time <= 20 s}.
   *
   * @param isMost whether it may not be more, {@code <=}; else not less
   */
  record Limit(Name measure, boolean isMost, Quantity quantity, Span span) {}

  /** {@code keep when tp * pp <= 64}. */
  record Condition(Expression condition, Span span) implements SweepItem {}
}
