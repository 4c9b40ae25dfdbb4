package io.heddle.processor.model;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.syntax.Expression;
import io.heddle.processor.syntax.Expression.Binary;
import io.heddle.processor.syntax.Expression.Call;
import io.heddle.processor.syntax.Expression.Literal;
import io.heddle.processor.syntax.Expression.Reference;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Exact arithmetic on 63-bit numbers. A division with a remainder, an overflow and a division by
 * zero are findings. Truth values are 0 and 1.
 */
public final class Arithmetic {
  /** Functions with the number of their arguments; 0 stands for two or more. */
  public static final Map<String, Integer> FUNCTIONS =
      Map.of("min", 0, "max", 0, "gcd", 2, "ceil_div", 2);

  private final Map<String, Long> values;
  private final Diagnostics diagnostics;

  /**
   * @param values of all names that may occur
   */
  public Arithmetic(Map<String, Long> values, Diagnostics diagnostics) {
    this.values = values;
    this.diagnostics = diagnostics;
  }

  /** The value; empty if it has none, which is then among the findings. */
  public Optional<Long> evaluate(Expression expression) {
    if (expression instanceof Literal literal) {
      return Optional.of(literal.value());
    }
    if (expression instanceof Reference reference) {
      // An unknown name has been reported where names are resolved.
      return Optional.ofNullable(values.get(reference.name().text()));
    }
    if (expression instanceof Call call) {
      return call(call);
    }
    return binary((Binary) expression);
  }

  /** The value of what may be left out; empty where it is. */
  public Optional<Long> evaluateIfGiven(@Nullable Expression expression) {
    return expression == null ? Optional.empty() : evaluate(expression);
  }

  private Optional<Long> call(Call call) {
    long[] arguments = new long[call.arguments().size()];
    for (int i = 0; i < arguments.length; i++) {
      Optional<Long> value = evaluate(call.arguments().get(i));
      if (value.isEmpty()) {
        return Optional.empty();
      }
      arguments[i] = value.get();
    }
    return switch (call.function().text()) {
      case "min" -> Optional.of(java.util.Arrays.stream(arguments).min().getAsLong());
      case "max" -> Optional.of(java.util.Arrays.stream(arguments).max().getAsLong());
      case "gcd" -> Optional.of(gcd(arguments[0], arguments[1]));
      default -> {
        if (arguments[1] <= 0) {
          diagnostics.report(Code.DIVISION_BY_ZERO, call.span()).add();
          yield Optional.empty();
        }
        yield Optional.of(-Math.floorDiv(-arguments[0], arguments[1]));
      }
    };
  }

  private static long gcd(long a, long b) {
    return b == 0 ? Math.abs(a) : gcd(b, a % b);
  }

  private Optional<Long> binary(Binary binary) {
    Optional<Long> left = evaluate(binary.left());
    Optional<Long> right = evaluate(binary.right());
    if (left.isEmpty() || right.isEmpty()) {
      return Optional.empty();
    }
    try {
      return apply(binary, left.get(), right.get());
    } catch (ArithmeticException overflow) {
      diagnostics
          .report(Code.OVERFLOW, binary.span(), left.get(), binary.operator().symbol(), right.get())
          .add();
      return Optional.empty();
    }
  }

  private Optional<Long> apply(Binary binary, long left, long right) {
    boolean divides =
        List.of(Expression.Operator.DIVIDE, Expression.Operator.REMAINDER)
            .contains(binary.operator());
    if (divides && right == 0) {
      diagnostics.report(Code.DIVISION_BY_ZERO, binary.span()).add();
      return Optional.empty();
    }
    return switch (binary.operator()) {
      case OR -> truth(left != 0 || right != 0);
      case AND -> truth(left != 0 && right != 0);
      case EQUAL -> truth(left == right);
      case NOT_EQUAL -> truth(left != right);
      case LESS -> truth(left < right);
      case LESS_EQUAL -> truth(left <= right);
      case GREATER -> truth(left > right);
      case GREATER_EQUAL -> truth(left >= right);
      case ADD -> Optional.of(Math.addExact(left, right));
      case SUBTRACT -> Optional.of(Math.subtractExact(left, right));
      case MULTIPLY -> Optional.of(Math.multiplyExact(left, right));
      case DIVIDE -> divide(binary, left, right);
      case REMAINDER -> Optional.of(left % right);
    };
  }

  private Optional<Long> divide(Binary binary, long left, long right) {
    if (left % right != 0) {
      diagnostics
          .report(Code.INEXACT_DIVISION, binary.span(), left, right, left % right)
          .help("use ceil_div to round up")
          .add();
      return Optional.empty();
    }
    return Optional.of(left / right);
  }

  private static Optional<Long> truth(boolean value) {
    return Optional.of(value ? 1L : 0L);
  }
}
