package io.heddle.processor.emit;

import com.palantir.javapoet.CodeBlock;
import io.heddle.processor.syntax.Expression;
import io.heddle.processor.syntax.Expression.Binary;
import io.heddle.processor.syntax.Expression.Call;
import io.heddle.processor.syntax.Expression.Literal;
import io.heddle.processor.syntax.Expression.Operator;
import io.heddle.processor.syntax.Expression.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Expressions of the language as exact Java arithmetic. */
final class JavaExpressions {
  private final Function<String, CodeBlock> variables;

  /**
   * @param variables the Java expression of each name
   */
  JavaExpressions(Function<String, CodeBlock> variables) {
    this.variables = variables;
  }

  /** A number. */
  CodeBlock number(Expression expression) {
    if (expression instanceof Literal literal) {
      return JavaSizes.number(literal.value());
    }
    if (expression instanceof Reference reference) {
      return variables.apply(reference.name().text());
    }
    if (expression instanceof Call call) {
      return call(call);
    }
    Binary binary = (Binary) expression;
    if (binary.operator().isCondition()) {
      return CodeBlock.of("($L ? 1 : 0)", condition(binary));
    }
    CodeBlock left = number(binary.left());
    CodeBlock right = number(binary.right());
    return switch (binary.operator()) {
      case ADD -> CodeBlock.of("sum($L, $L)", left, right);
      case SUBTRACT -> CodeBlock.of("$T.subtractExact($L, $L)", Math.class, left, right);
      case MULTIPLY -> CodeBlock.of("product($L, $L)", left, right);
      case DIVIDE -> CodeBlock.of("divide($L, $L)", left, right);
      default -> CodeBlock.of("$L % $L", left, right);
    };
  }

  private CodeBlock call(Call call) {
    List<CodeBlock> arguments = new ArrayList<>();
    call.arguments().forEach(argument -> arguments.add(number(argument)));
    String function = call.function().text();
    return switch (function) {
      case "gcd" -> CodeBlock.of("gcd($L)", CodeBlock.join(arguments, ", "));
      case "ceil_div" -> CodeBlock.of("ceilDiv($L)", CodeBlock.join(arguments, ", "));
      default -> nested(function, arguments);
    };
  }

  /** Smallest or largest of several numbers. */
  private static CodeBlock nested(String function, List<CodeBlock> arguments) {
    CodeBlock result = arguments.get(0);
    for (CodeBlock argument : arguments.subList(1, arguments.size())) {
      result = CodeBlock.of("$T.$L($L, $L)", Math.class, function, result, argument);
    }
    return result;
  }

  /** A truth value. */
  CodeBlock condition(Expression expression) {
    if (!(expression instanceof Binary binary) || !binary.operator().isCondition()) {
      return CodeBlock.of("$L != 0", number(expression));
    }
    if (binary.operator() == Operator.OR || binary.operator() == Operator.AND) {
      String operator = binary.operator() == Operator.OR ? "||" : "&&";
      return CodeBlock.of(
          "($L) $L ($L)", condition(binary.left()), operator, condition(binary.right()));
    }
    return CodeBlock.of(
        "$L $L $L", number(binary.left()), binary.operator().symbol(), number(binary.right()));
  }
}
