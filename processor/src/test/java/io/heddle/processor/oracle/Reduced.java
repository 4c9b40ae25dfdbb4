package io.heddle.processor.oracle;

import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Operation.Reduce;
import io.heddle.processor.model.Reduction;
import java.util.List;

/**
 * Reductions of a dimension, of which a rank may have a part: its share of the result is what adds
 * up to it. A rank without the largest value has 0 for it.
 */
final class Reduced {
  private Reduced() {}

  /** The result, from all values. */
  static Array whole(Reduce op, Array x) {
    if (op.kind() == Reduction.MAX) {
      Array result = x.slice(op.over(), 0, 1).sumTo(op.result().dims());
      for (int i = 1; i < x.size(op.over()); i++) {
        Array next = x.slice(op.over(), i, 1).sumTo(op.result().dims());
        result = result.with(next, Math::max);
      }
      return result;
    }
    return part(op, x, x, 0, x.size(op.over()));
  }

  /**
   * A rank's share of the result.
   *
   * @param result whole in the dimension
   * @param begin where in the dimension the part begins
   * @param size of the whole dimension
   */
  static Array part(Reduce op, Array x, Array result, int begin, int size) {
    List<Dim> dims = op.result().dims();
    return switch (op.kind()) {
      case SUM -> x.sumTo(dims);
      case MEAN -> x.sumTo(dims).map(sum -> sum / size);
      case FIRST -> {
        Array first = x.slice(op.over(), 0, 1).sumTo(dims);
        yield begin == 0 ? first : first.map(value -> 0);
      }
      case MAX -> x.times(isLargest(x, result)).sumTo(dims);
    };
  }

  private static Array isLargest(Array x, Array result) {
    // Ranks add in another order, so that the values differ by rounding.
    return x.with(result, (value, largest) -> Math.abs(value - largest) < 1e-10 ? 1 : 0);
  }

  /** The gradient of the input, or of a part of it. */
  static Array gradient(Reduce op, Array x, Array result, Array gradient, int begin, int size) {
    Array each = x.map(value -> 0).plus(gradient);
    return switch (op.kind()) {
      case SUM -> each;
      case MEAN -> each.map(value -> value / size);
      case FIRST -> {
        Array first = each.slice(op.over(), 0, 1).placed(op.over(), 0, x.size(op.over()));
        yield begin == 0 ? first : first.map(value -> 0);
      }
      case MAX -> each.times(isLargest(x, result));
    };
  }
}
