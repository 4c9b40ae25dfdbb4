package io.heddle.processor.oracle;

import io.heddle.processor.model.Dim;
import io.heddle.processor.model.InferenceOperation.Append;
import io.heddle.processor.model.Operation.Combine;
import io.heddle.processor.model.Operation.Concat;
import io.heddle.processor.model.Operation.PointWise;
import io.heddle.processor.model.Operation.Slice;
import io.heddle.processor.syntax.Expression;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What operations compute, and their gradients, on arrays that may be whole tensors or the parts of
 * one rank. Point-wise kernels keep no order of their functions: any function of their inputs that
 * is linear where theirs is will do, and these are used.
 */
final class Mathematics {
  private Mathematics() {}

  /**
   * Terms are added, with a factor where linear functions come before. Others are multiplied in
   * pairs, each with those that its gradient needs; one that needs itself is not linear.
   */
  static Array pointWise(PointWise op, List<Array> inputs, List<Dim> dims) {
    List<Array> parts = new ArrayList<>();
    for (int i = 0; i < inputs.size(); i++) {
      Array input = inputs.get(i);
      if (op.terms().get(i).isTerm()) {
        parts.add(input);
      } else if (op.isLinear() || op.isAddend(op.terms().get(i))) {
        parts.add(scaled(input));
      } else {
        List<Integer> others = factors(op, i);
        if (others.isEmpty()) {
          parts.add(factor(op, i, input));
        }
        for (int other : others) {
          if (i < other) {
            parts.add(factor(op, i, input).times(factor(op, other, inputs.get(other))));
          }
        }
      }
    }
    return parts.stream().reduce(Array::plus).orElseThrow().sumTo(dims);
  }

  /** The other inputs that the gradient of an input needs. */
  private static List<Integer> factors(PointWise op, int of) {
    return IntStream.range(0, op.terms().size())
        .filter(other -> other != of)
        .filter(other -> op.terms().get(of).needs().contains(op.inputs().get(other)))
        .boxed()
        .toList();
  }

  private static Array factor(PointWise op, int of, Array input) {
    return isCurved(op, of) ? input.map(x -> 0.6 + 0.5 * Math.tanh(x)) : scaled(input);
  }

  private static boolean isCurved(PointWise op, int of) {
    return op.terms().get(of).needs().contains(op.inputs().get(of));
  }

  /** What stands for linear functions of one input. */
  static Array scaled(Array input) {
    return input.map(x -> 0.7 * x);
  }

  /** The gradient of each input; it looks at no other inputs than it needs. */
  static Array pointWiseGradient(PointWise op, int of, List<Array> inputs, Array gradient) {
    List<Dim> dims = op.inputs().get(of).dims();
    if (op.terms().get(of).isTerm()) {
      return gradient.sumTo(dims);
    }
    if (op.isLinear() || op.isAddend(op.terms().get(of))) {
      return scaled(gradient).sumTo(dims);
    }
    Array own =
        isCurved(op, of)
            ? gradient.times(inputs.get(of).map(x -> 0.5 - 0.5 * Math.tanh(x) * Math.tanh(x)))
            : scaled(gradient);
    return factors(op, of).stream()
        .map(other -> own.times(factor(op, other, inputs.get(other))))
        .reduce(Array::plus)
        .orElse(own)
        .sumTo(dims);
  }

  /** Tensors one behind the other, each broadcast over the dimensions that it lacks. */
  static Array concat(Concat op, List<Array> parts, List<Dim> dims) {
    int size = 0;
    for (int i = 0; i < parts.size(); i++) {
      size += parts.get(i).size(op.own().get(i));
    }
    Array joined = Array.of(List.of(op.joined()), new int[] {size}, index -> 0);
    int begin = 0;
    for (int i = 0; i < parts.size(); i++) {
      Dim own = op.own().get(i);
      int length = parts.get(i).size(own);
      joined = joined.plus(parts.get(i).renamed(own, op.joined()).placed(op.joined(), begin, size));
      begin += length;
    }
    return joined.sumTo(dims);
  }

  /**
   * The gradient of one of the tensors.
   *
   * @param grid knows the sizes of the parts
   */
  static Array concatGradient(Concat op, int of, Grid grid, Array gradient) {
    int begin = op.own().subList(0, of).stream().mapToInt(grid::size).sum();
    Dim own = op.own().get(of);
    return gradient
        .slice(op.joined(), begin, grid.size(own))
        .renamed(op.joined(), own)
        .sumTo(op.parts().get(of).dims());
  }

  /** A part of a tensor along a dimension. */
  static Array slice(Slice op, Array input, Grid grid) {
    return input
        .slice(op.whole(), begin(op, grid), grid.size(op.own()))
        .renamed(op.whole(), op.own())
        .sumTo(op.result().dims());
  }

  /** The gradient of the whole: zero outside of the part. */
  static Array sliceGradient(Slice op, Array gradient, Grid grid) {
    return gradient
        .renamed(op.own(), op.whole())
        .placed(op.whole(), begin(op, grid), grid.size(op.whole()))
        .sumTo(op.input().dims());
  }

  /** The last part where the place is not a plain number. */
  private static int begin(Slice op, Grid grid) {
    return op.at() instanceof Expression.Literal literal
        ? Math.toIntExact(literal.value())
        : grid.size(op.whole()) - grid.size(op.own());
  }

  /** The cache with new tokens behind those that it had. */
  static Array appended(Append op, @Nullable RaggedRow row, Array before, Array tokens) {
    if (row != null) {
      Array keys = row.keys(op.over(), tokens.size(op.over()), op.keys(), before.size(op.keys()));
      return before.plus(Array.einsum(before.dims(), tokens, keys));
    }
    Array added = tokens.renamed(op.over(), op.keys());
    int size = before.size(op.keys());
    return before.plus(added.placed(op.keys(), size - added.size(op.keys()), size));
  }

  /** Caches that lie side by side. */
  static Array joined(Append.Joined joined, List<Array> parts) {
    Dim whole = joined.whole().dims().get(joined.whole().dims().size() - 1);
    List<Dim> own = joined.own();
    int size = 0;
    for (int i = 0; i < parts.size(); i++) {
      size += parts.get(i).size(own.get(i));
    }
    Array all = Array.of(List.of(whole), new int[] {size}, index -> 0);
    int begin = 0;
    for (int i = 0; i < parts.size(); i++) {
      Array part = parts.get(i).renamed(own.get(i), whole);
      all = all.plus(part.placed(whole, begin, size));
      begin += part.size(whole);
    }
    return all.sumTo(joined.whole().dims());
  }

  /** The scores of tokens, one for each expert. */
  static Array byExpert(Combine op, Array scores) {
    return scores.renamed(scoreDim(op), op.dispatch().experts());
  }

  /** What there is for each expert, by the dimension of the scores. */
  static Array byScore(Combine op, Array byExpert) {
    return byExpert.renamed(op.dispatch().experts(), scoreDim(op));
  }

  private static Dim scoreDim(Combine op) {
    return op.routing().dims().stream()
        .filter(dim -> !op.dispatch().tokenDims().contains(dim))
        .findFirst()
        .orElseThrow();
  }

  static List<Dim> without(List<Dim> dims, Dim dim) {
    return dims.stream().filter(other -> !other.equals(dim)).toList();
  }
}
