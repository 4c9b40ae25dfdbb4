package io.heddle.processor.model;

import io.heddle.processor.diagnose.Span;
import io.heddle.processor.syntax.Expression;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Point-wise functions with their cost in operations for each element of the result. An
 * exponential, a root or a division counts as one operation.
 *
 * @param name as written
 * @param forward operations for one element
 * @param backward operations for the gradients of one element
 * @param isLinear whether its gradient does not depend on what it was applied to
 * @param maskBytes what it keeps of each element for its gradient beside what it was applied to
 * @param cost of a declared operation, in place of the other numbers; else null
 */
public record Function(
    String name, int forward, int backward, boolean isLinear, int maskBytes, @Nullable Cost cost) {
  /**
   * What a declared operation costs, over variables {@code size a}, {@code bytes a} and dimensions.
   *
   * @param arguments the dimensions of what each parameter stands for
   * @param dims what each name of a dimension stands for
   */
  public record Cost(
      Part flops, Part bytes, Map<String, List<Dim>> arguments, Map<String, Dim> dims) {}

  /** One of the two costs, as it is written. */
  public record Part(Expression expression) {
    /** Where it stands. */
    public Span span() {
      return expression.span();
    }
  }

  /** A function of the language. */
  Function(String name, int forward, int backward, boolean isLinear, int maskBytes) {
    this(name, forward, backward, isLinear, maskBytes, null);
  }

  /** Rotary embedding (Su et al. 2021, arXiv:2104.09864, equation 34): two products, one sum. */
  public static final Function ROPE = new Function("rope", 3, 3, true, 0);

  /** Tanh form of GELU (Hendrycks and Gimpel 2016, arXiv:1606.08415, section 2). */
  public static final Function GELU = new Function("gelu", 9, 13, false, 0);

  /** x times the logistic function of x. */
  public static final Function SILU = new Function("silu", 4, 7, false, 0);

  public static final Function RELU = new Function("relu", 1, 1, false, 0);
  public static final Function SIGMOID = new Function("sigmoid", 3, 3, false, 0);
  public static final Function ADD = new Function("add", 1, 0, true, 0);
  public static final Function MULTIPLY = new Function("mul", 1, 2, false, 0);

  /** Multiplication by a number. */
  public static final Function SCALE = new Function("scale", 1, 1, true, 0);

  /**
   * Some elements become 0, the others are scaled (Srivastava et al. 2014, JMLR 15). Drawing random
   * numbers is not counted; which elements stay is kept in a byte each.
   */
  public static final Function DROPOUT = new Function("dropout", 2, 1, true, 1);

  /** A function that a file may call by its name. */
  public static Optional<Function> named(String name) {
    return java.util.stream.Stream.of(ROPE, GELU, SILU, RELU, SIGMOID, DROPOUT)
        .filter(function -> function.name.equals(name))
        .findFirst();
  }
}
