package io.heddle.processor.oracle;

import io.heddle.processor.model.Dim;
import io.heddle.processor.model.NormKind;
import io.heddle.processor.model.Operation.Norm;
import java.util.List;

/**
 * A normalisation of whole tensors or of the parts of one rank.
 *
 * @param x what is normalised
 * @param weights none, scale, or scale and shift
 * @param statistics sums over the whole of the normalised dimension
 * @param size of the whole of it
 */
record Normalisation(Norm op, Array x, List<Array> weights, List<Array> statistics, int size) {
  private static final double EPSILON = 1e-5;

  /** With a tensor that is not split. */
  static Normalisation whole(Norm op, Array x, List<Array> weights) {
    return new Normalisation(op, x, weights, statistics(op, x), x.size(op.dim()));
  }

  /**
   * Sums over the normalised dimension: of squares; before it, of values, for layernorm; for
   * softmax nothing, where the largest value would only keep the numbers small, and exponentials.
   */
  static List<Array> statistics(Norm op, Array x) {
    List<Dim> rest = Mathematics.without(x.dims(), op.dim());
    return switch (op.kind()) {
      case RMSNORM -> List.of(x.times(x).sumTo(rest));
      case LAYERNORM -> List.of(x.sumTo(rest), x.times(x).sumTo(rest));
      case SOFTMAX -> List.of(x.map(value -> 0).sumTo(rest), x.map(Math::exp).sumTo(rest));
    };
  }

  /** The values without their mean, divided by their spread; for softmax, their shares. */
  private Array normalised() {
    return switch (op.kind()) {
      case RMSNORM -> x.times(inverse());
      case LAYERNORM -> x.with(mean(), (value, m) -> value - m).times(inverse());
      case SOFTMAX -> x.map(Math::exp).with(statistics.get(1), (power, sum) -> power / sum);
    };
  }

  private Array mean() {
    return statistics.get(0).map(sum -> sum / size);
  }

  private Array inverse() {
    Array variance =
        op.kind() == NormKind.RMSNORM
            ? statistics.get(0).map(square -> square / size)
            : statistics.get(1).with(mean(), (square, m) -> square / size - m * m);
    return variance.map(v -> 1 / Math.sqrt(v + EPSILON));
  }

  /** What the operation makes. */
  Array result() {
    Array result = normalised();
    if (!weights.isEmpty()) {
      result = result.times(weights.get(0));
    }
    return weights.size() > 1 ? result.plus(weights.get(1)) : result;
  }

  /** Sums over the normalised dimension that the gradient needs. */
  List<Array> gradientStatistics(Array gradient) {
    List<Dim> rest = Mathematics.without(x.dims(), op.dim());
    Array scaled = scaled(gradient);
    Array along = scaled.times(normalised()).sumTo(rest);
    return op.kind() == NormKind.LAYERNORM ? List.of(scaled.sumTo(rest), along) : List.of(along);
  }

  private Array scaled(Array gradient) {
    return weights.isEmpty() ? gradient : gradient.times(weights.get(0));
  }

  /**
   * The gradient of the input.
   *
   * @param sums {@link #gradientStatistics} of the whole
   */
  Array gradient(Array gradient, List<Array> sums) {
    Array along = sums.get(sums.size() - 1);
    if (op.kind() == NormKind.SOFTMAX) {
      return normalised().times(gradient.with(along, (g, mean) -> g - mean));
    }
    Array projected = normalised().times(along).map(value -> value / size);
    Array inner = scaled(gradient).with(projected, (a, b) -> a - b);
    if (op.kind() == NormKind.LAYERNORM) {
      inner = inner.with(sums.get(0), (a, b) -> a - b / size);
    }
    return inner.times(inverse());
  }

  /** The gradient of the scale, or of the shift. */
  Array weightGradient(int weight, Array gradient) {
    Array each = weight == 0 ? gradient.times(normalised()) : gradient;
    return each.sumTo(List.of(op.dim()));
  }
}
