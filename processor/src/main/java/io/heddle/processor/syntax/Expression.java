package io.heddle.processor.syntax;

import io.heddle.processor.diagnose.Span;
import java.util.List;

/** Whole-number arithmetic over parameters and axes, as in {@code heads / kv_heads}. */
public sealed interface Expression {
  Span span();

  /** A literal. */
  record Literal(long value, Span span) implements Expression {}

  /** A parameter, or an axis where the place allows one. */
  record Reference(Name name) implements Expression {
    @Override
    public Span span() {
      return name.span();
    }
  }

  /** Two operands; {@code span} covers both. */
  record Binary(Operator operator, Expression left, Expression right, Span span)
      implements Expression {}

  /** {@code min max gcd ceil_div}. */
  record Call(Name function, List<Expression> arguments, Span span) implements Expression {}

  /** Operators in groups of rising precedence. */
  enum Operator {
    OR("or"),
    AND("and"),
    EQUAL("=="),
    NOT_EQUAL("!="),
    LESS("<"),
    LESS_EQUAL("<="),
    GREATER(">"),
    GREATER_EQUAL(">="),
    ADD("+"),
    SUBTRACT("-"),
    MULTIPLY("*"),
    DIVIDE("/"),
    REMAINDER("%");

    private final String symbol;

    Operator(String symbol) {
      this.symbol = symbol;
    }

    /** As written. */
    public String symbol() {
      return symbol;
    }

    /** Whether the operands are truth values, as the result is. */
    public boolean joinsConditions() {
      return this == OR || this == AND;
    }

    /** Whether the result is a truth value. */
    public boolean isCondition() {
      return compareTo(GREATER_EQUAL) <= 0;
    }
  }
}
