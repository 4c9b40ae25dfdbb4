package io.heddle.processor.syntax;

import io.heddle.grammar.TfmParser;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Builds expressions, never deeper than {@link Lexing#DEEPEST}. */
final class ExpressionBuilder {
  private static final Map<String, Expression.Operator> OPERATORS =
      Arrays.stream(Expression.Operator.values())
          .collect(Collectors.toMap(Expression.Operator::symbol, Function.identity()));

  private final Leaves leaves;

  ExpressionBuilder(Leaves leaves) {
    this.leaves = leaves;
  }

  Expression build(TfmParser.ExpressionContext expression) {
    return build(expression, 0);
  }

  /** A chain such as {@code a + b + c} leans to the left: it is built from its inner end. */
  private Expression build(TfmParser.ExpressionContext expression, int depth) {
    Deque<TfmParser.BinaryContext> chain = new ArrayDeque<>();
    TfmParser.ExpressionContext innermost = expression;
    while (innermost instanceof TfmParser.BinaryContext binary) {
      chain.push(binary);
      innermost = binary.expression(0);
      if (depth + chain.size() > Lexing.DEEPEST) {
        throw leaves.tooDeep(expression);
      }
    }
    Expression left = primary(innermost, depth + chain.size() + 1);
    while (!chain.isEmpty()) {
      TfmParser.BinaryContext binary = chain.pop();
      Expression right = build(binary.expression(1), depth + chain.size() + 1);
      Expression.Operator operator = OPERATORS.get(binary.op.getText());
      left = new Expression.Binary(operator, left, right, leaves.span(binary));
    }
    return left;
  }

  private Expression primary(TfmParser.ExpressionContext expression, int depth) {
    if (expression instanceof TfmParser.BracketedContext bracketed) {
      return build(bracketed.expression(), depth);
    }
    if (expression instanceof TfmParser.CallContext call) {
      List<Expression> arguments =
          call.expression().stream().map(argument -> build(argument, depth)).toList();
      return new Expression.Call(leaves.name(call.name()), arguments, leaves.span(call));
    }
    if (expression instanceof TfmParser.LiteralContext literal) {
      return new Expression.Literal(leaves.integer(literal.getStart()), leaves.span(literal));
    }
    return new Expression.Reference(leaves.name(((TfmParser.ReferenceContext) expression).name()));
  }
}
