package io.heddle.processor.model;

import io.heddle.plan.Exact;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.syntax.Expression;
import io.heddle.processor.syntax.Expression.Literal;
import io.heddle.processor.syntax.Expression.Operator;
import io.heddle.processor.syntax.Name;
import java.util.List;
import java.util.function.LongBinaryOperator;
import org.jspecify.annotations.Nullable;

/** Numbers of layers as expressions: worked out where they are literals, else left to the plan. */
final class Counts {
  private Counts() {}

  static Expression of(long value, Span span) {
    return new Literal(value, span);
  }

  /** A count of a pattern, of which null is one. */
  static Expression of(@Nullable Expression count, Span span) {
    return count == null ? of(1, span) : count;
  }

  static boolean is(Expression count, long value) {
    return count instanceof Literal literal && literal.value() == value;
  }

  static Expression plus(Expression left, Expression right) {
    return is(left, 0)
        ? right
        : folded(left, right, Math::addExact, () -> binary(Operator.ADD, left, right));
  }

  /** The difference; 0 where it is less. */
  static Expression less(Expression from, Expression count) {
    if (is(count, 0) || is(from, 0)) {
      return from;
    }
    Expression none = of(0, from.span());
    return folded(
        from,
        count,
        (a, b) -> Math.max(0, Math.subtractExact(a, b)),
        () -> call("max", none, binary(Operator.SUBTRACT, from, count)));
  }

  /** What is left behind the first; of none it is less than 0, which the plan's checks report. */
  static Expression behindFirst(Expression count) {
    Expression one = of(1, count.span());
    return folded(count, one, Math::subtractExact, () -> binary(Operator.SUBTRACT, count, one));
  }

  static Expression times(Expression left, Expression right) {
    return folded(left, right, Math::multiplyExact, () -> binary(Operator.MULTIPLY, left, right));
  }

  /** The count where the condition is one, and 0 where it is 0. */
  static Expression where(Expression condition, Expression count) {
    return is(condition, 1) ? count : times(condition, count);
  }

  static Expression least(Expression left, Expression right) {
    return folded(left, right, Math::min, () -> call("min", left, right));
  }

  /** The quotient, rounded up. */
  static Expression ceilDiv(Expression count, Expression by) {
    return is(by, 0)
        ? of(0, count.span())
        : folded(count, by, Exact::ceilDiv, () -> call("ceil_div", count, by));
  }

  private static Expression folded(
      Expression left,
      Expression right,
      LongBinaryOperator operator,
      java.util.function.Supplier<Expression> otherwise) {
    if (left instanceof Literal first && right instanceof Literal second) {
      try {
        return of(operator.applyAsLong(first.value(), second.value()), left.span());
      } catch (ArithmeticException e) {
        // Said where the plan is evaluated.
        return otherwise.get();
      }
    }
    return otherwise.get();
  }

  private static Expression binary(Operator operator, Expression left, Expression right) {
    return new Expression.Binary(operator, left, right, left.span());
  }

  private static Expression call(String function, Expression first, Expression second) {
    Span span = second.span();
    return new Expression.Call(new Name(function, span), List.of(first, second), span);
  }
}
