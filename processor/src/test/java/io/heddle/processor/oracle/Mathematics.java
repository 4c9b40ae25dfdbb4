package io.heddle.processor.oracle;

import io.heddle.processor.model.Dim;
import io.heddle.processor.model.NormKind;
import io.heddle.processor.model.Operation.Attend;
import io.heddle.processor.model.Operation.Norm;
import io.heddle.processor.model.Operation.PointWise;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What operations compute, and their gradients, on arrays that may be whole tensors or the parts of
 * one rank. Point-wise kernels keep no order of their functions: any function of their inputs that
 * is linear where theirs is will do, and these are used.
 */
final class Mathematics {
  private static final double EPSILON = 1e-5;

  private Mathematics() {}

  /**
   * Terms are added; other inputs are added with a factor, or multiplied where they are not linear.
   */
  static Array pointWise(PointWise op, List<Array> inputs, List<Dim> dims) {
    Optional<Array> rest = Optional.empty();
    Optional<Array> sum = Optional.empty();
    for (int i = 0; i < inputs.size(); i++) {
      Array input = inputs.get(i);
      if (op.terms().get(i).isTerm()) {
        sum = Optional.of(sum.map(s -> s.plus(input)).orElse(input));
      } else if (op.isLinear()) {
        Array scaled = input.map(x -> 0.7 * x);
        sum = Optional.of(sum.map(s -> s.plus(scaled)).orElse(scaled));
      } else {
        Array factor = input.map(x -> 0.6 + 0.5 * Math.tanh(x));
        rest = Optional.of(rest.map(r -> r.times(factor)).orElse(factor));
      }
    }
    Array both = sum.isEmpty() ? rest.orElseThrow() : sum.get();
    if (sum.isPresent() && rest.isPresent()) {
      both = sum.get().plus(rest.get());
    }
    return both.sumTo(dims);
  }

  /** The gradient of each input; a linear operation looks at none of them. */
  static Array pointWiseGradient(PointWise op, int of, List<Array> inputs, Array gradient) {
    List<Dim> dims = op.inputs().get(of).dims();
    if (op.terms().get(of).isTerm()) {
      return gradient.sumTo(dims);
    }
    if (op.isLinear()) {
      return gradient.map(g -> 0.7 * g).sumTo(dims);
    }
    Array product = gradient;
    for (int i = 0; i < inputs.size(); i++) {
      if (i == of) {
        product = product.times(inputs.get(i).map(x -> 0.5 - 0.5 * Math.tanh(x) * Math.tanh(x)));
      } else if (!op.terms().get(i).isTerm()) {
        product = product.times(inputs.get(i).map(x -> 0.6 + 0.5 * Math.tanh(x)));
      }
    }
    return product.sumTo(dims);
  }

  /** Sums over the normalised dimension: of squares; before it, of values, for layernorm. */
  static List<Array> statistics(Norm op, Array x) {
    List<Dim> rest = without(x.dims(), op.dim());
    Array squares = x.times(x).sumTo(rest);
    return op.kind() == NormKind.RMSNORM ? List.of(squares) : List.of(x.sumTo(rest), squares);
  }

  /** The values without their mean, divided by their spread. */
  private static Array normalised(Norm op, Array x, List<Array> statistics, int size) {
    if (op.kind() == NormKind.RMSNORM) {
      return x.times(statistics.get(0).map(square -> 1 / Math.sqrt(square / size + EPSILON)));
    }
    Array mean = statistics.get(0).map(sum -> sum / size);
    return x.with(mean, (value, m) -> value - m).times(inverse(op, statistics, size));
  }

  private static Array inverse(Norm op, List<Array> statistics, int size) {
    if (op.kind() == NormKind.RMSNORM) {
      return statistics.get(0).map(square -> 1 / Math.sqrt(square / size + EPSILON));
    }
    Array mean = statistics.get(0).map(sum -> sum / size);
    Array variance = statistics.get(1).with(mean, (square, m) -> square / size - m * m);
    return variance.map(v -> 1 / Math.sqrt(v + EPSILON));
  }

  /**
   * A normalisation.
   *
   * @param size of the whole normalised dimension
   */
  static Array norm(Norm op, Array x, List<Array> weights, List<Array> statistics, int size) {
    Array result = normalised(op, x, statistics, size).times(weights.get(0));
    return op.kind() == NormKind.RMSNORM ? result : result.plus(weights.get(1));
  }

  /** Sums over the normalised dimension that the gradient needs. */
  static List<Array> gradientStatistics(
      Norm op, Array x, Array scale, Array gradient, List<Array> statistics, int size) {
    List<Dim> rest = without(x.dims(), op.dim());
    Array scaled = gradient.times(scale);
    Array along = scaled.times(normalised(op, x, statistics, size)).sumTo(rest);
    return op.kind() == NormKind.RMSNORM ? List.of(along) : List.of(scaled.sumTo(rest), along);
  }

  /** The gradient of the input. */
  static Array normGradient(
      Norm op,
      Array x,
      Array scale,
      Array gradient,
      List<Array> statistics,
      List<Array> gradientStatistics,
      int size) {
    Array along = gradientStatistics.get(gradientStatistics.size() - 1);
    Array projected = normalised(op, x, statistics, size).times(along).map(value -> value / size);
    Array inner = gradient.times(scale).with(projected, (a, b) -> a - b);
    if (op.kind() == NormKind.LAYERNORM) {
      inner = inner.with(gradientStatistics.get(0), (a, b) -> a - b / size);
    }
    return inner.times(inverse(op, statistics, size));
  }

  /** The gradient of the scale, or of the shift. */
  static Array normWeightGradient(
      Norm op, int weight, Array x, Array gradient, List<Array> statistics, int size) {
    Array each = weight == 0 ? gradient.times(normalised(op, x, statistics, size)) : gradient;
    return each.sumTo(List.of(op.dim()));
  }

  /** Attention with all keys. */
  static Array attend(Attend op, Array q, Array k, Array v) {
    Keys keys = new Keys(op, k, v);
    return Array.einsum(op.result().dims(), keys.shares(q), keys.v);
  }

  /** The gradients of queries, keys and values. */
  static List<Array> attendGradients(Attend op, Array q, Array k, Array v, Array gradient) {
    Keys keys = new Keys(op, k, v);
    Array shares = keys.shares(q);
    Array of = Array.einsum(shares.dims(), gradient, keys.v);
    Array mean = shares.times(of).sumTo(without(shares.dims(), keys.key));
    Array scores = shares.times(of.with(mean, (a, b) -> a - b));
    Array dq = Array.einsum(q.dims(), scores, keys.k);
    Array dk = Array.einsum(keys.k.dims(), scores, q).renamed(keys.key, op.keys());
    Array dv = Array.einsum(keys.v.dims(), shares, gradient).renamed(keys.key, op.keys());
    return List.of(dq, dk, dv);
  }

  /** Keys and values with their own name for the dimension that is queries too. */
  private static final class Keys {
    final Attend op;
    final Dim key;
    final Array k;
    final Array v;

    Keys(Attend op, Array k, Array v) {
      this.op = op;
      this.key = new Dim(op.keys().name() + "'", op.keys().size(), op.keys().span());
      this.k = k.renamed(op.keys(), key);
      this.v = v.renamed(op.keys(), key);
    }

    /** What share of each value goes into a result. */
    Array shares(Array q) {
      List<Dim> dims = new ArrayList<>(without(q.dims(), op.scoreDim()));
      dims.add(key);
      Array scores = Array.einsum(dims, q, k);
      if (op.causal()) {
        int query = dims.indexOf(op.over());
        int[] sizes = dims.stream().mapToInt(scores::size).toArray();
        Array all = scores;
        scores = Array.of(dims, sizes, i -> i[dims.size() - 1] > i[query] ? -1e9 : all.at(i));
      }
      Array powers = scores.map(Math::exp);
      Array sums = powers.sumTo(without(dims, key));
      return powers.with(sums, (power, sum) -> power / sum);
    }
  }

  static List<Dim> without(List<Dim> dims, Dim dim) {
    return dims.stream().filter(other -> !other.equals(dim)).toList();
  }
}
