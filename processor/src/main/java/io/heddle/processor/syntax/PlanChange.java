package io.heddle.processor.syntax;

import io.heddle.processor.diagnose.Diagnostic;
import io.heddle.processor.diagnose.Span;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What stands in place of a line or of a number of a plan. */
public sealed interface PlanChange {
  /** What is replaced, as written: {@code tp}, {@code schedule}, {@code pin.attention.wo}. */
  String name();

  /** Where the name stands. */
  Span span();

  /** What stands in its place, as written; empty where a line is taken away. */
  String text();

  /**
   * A line.
   *
   * @param key which one of the lines of this kind, such as {@code tp} of {@code overlap.tp}; empty
   *     where the plan has one at most
   * @param item null where the line is taken away
   */
  record Line(PlanLine line, String key, @Nullable PlanItem item, String text, Span span)
      implements PlanChange {
    @Override
    public String name() {
      return key.isEmpty() ? line.keyword() : line.keyword() + "." + key;
    }
  }

  /**
   * A number: of an axis, a parameter of the model or of the cluster, a batch.
   *
   * @param otherwise why it is no line of a plan, where it has the name of one
   */
  record Value(String name, Expression value, String text, Span span, List<Diagnostic> otherwise)
      implements PlanChange {
    public Value {
      otherwise = List.copyOf(otherwise);
    }

    /** A number that is known. */
    public static Value of(String name, long value, Span span) {
      Expression literal = new Expression.Literal(value, span);
      return new Value(name, literal, Long.toString(value), span, List.of());
    }
  }
}
