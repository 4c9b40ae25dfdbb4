package io.heddle.processor.syntax;

import io.heddle.processor.syntax.Expression.Binary;
import io.heddle.processor.syntax.Expression.Call;
import io.heddle.processor.syntax.Expression.Literal;
import io.heddle.processor.syntax.Expression.Operator;
import io.heddle.processor.syntax.Expression.Reference;

/** Writes expressions as a user would, with no more parentheses than needed. */
public final class ExpressionText {
  private ExpressionText() {}

  /** The text of an expression. */
  public static String of(Expression expression) {
    if (expression instanceof Literal literal) {
      return Long.toString(literal.value());
    }
    if (expression instanceof Reference reference) {
      return reference.name().text();
    }
    if (expression instanceof Call call) {
      return call.function()
          + "("
          + String.join(", ", call.arguments().stream().map(ExpressionText::of).toList())
          + ")";
    }
    Binary binary = (Binary) expression;
    int precedence = precedence(binary.operator());
    return operand(binary.left(), precedence)
        + " "
        + binary.operator().symbol()
        + " "
        + operand(binary.right(), precedence + 1);
  }

  private static String operand(Expression operand, int least) {
    boolean looser = operand instanceof Binary binary && precedence(binary.operator()) < least;
    return looser ? "(" + of(operand) + ")" : of(operand);
  }

  private static int precedence(Operator operator) {
    return switch (operator) {
      case OR -> 0;
      case AND -> 1;
      case EQUAL, NOT_EQUAL, LESS, LESS_EQUAL, GREATER, GREATER_EQUAL -> 2;
      case ADD, SUBTRACT -> 3;
      case MULTIPLY, DIVIDE, REMAINDER -> 4;
    };
  }
}
