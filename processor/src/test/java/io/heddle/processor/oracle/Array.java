package io.heddle.processor.oracle;

import io.heddle.processor.model.Dim;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.ToDoubleFunction;

/** A tensor of real numbers whose dimensions have names; row-major. */
public final class Array {
  private final List<Dim> dims;
  private final int[] sizes;
  private final double[] values;

  private Array(List<Dim> dims, int[] sizes) {
    this.dims = List.copyOf(dims);
    this.sizes = sizes;
    int length = 1;
    for (int size : sizes) {
      length *= size;
    }
    this.values = new double[length];
  }

  /** Fills an array; the function is given indices in the order of {@code dims}. */
  public static Array of(List<Dim> dims, int[] sizes, ToDoubleFunction<int[]> value) {
    Array array = new Array(dims, sizes.clone());
    int[] index = new int[sizes.length];
    for (int i = 0; i < array.values.length; i++) {
      array.values[i] = value.applyAsDouble(index);
      advance(index, sizes);
    }
    return array;
  }

  static void advance(int[] index, int[] sizes) {
    for (int d = index.length - 1; d >= 0; d--) {
      if (++index[d] < sizes[d]) {
        return;
      }
      index[d] = 0;
    }
  }

  /** The names of its dimensions, outermost first. */
  public List<Dim> dims() {
    return dims;
  }

  /** Size of one of its dimensions. */
  public int size(Dim dim) {
    return sizes[dims.indexOf(dim)];
  }

  /** Number of elements. */
  public int length() {
    return values.length;
  }

  /** An element; indices in the order of {@link #dims}. */
  public double at(int... index) {
    int offset = 0;
    for (int d = 0; d < sizes.length; d++) {
      offset = offset * sizes[d] + index[d];
    }
    return values[offset];
  }

  /** Each element through a function. */
  public Array map(DoubleUnaryOperator function) {
    Array result = new Array(dims, sizes);
    for (int i = 0; i < values.length; i++) {
      result.values[i] = function.applyAsDouble(values[i]);
    }
    return result;
  }

  /** Two arrays element by element, each broadcast over the dimensions that it lacks. */
  public Array with(Array other, DoubleBinaryOperator function) {
    List<Dim> all = new ArrayList<>(dims);
    other.dims.stream().filter(dim -> !dims.contains(dim)).forEach(all::add);
    int[] extents =
        all.stream().mapToInt(dim -> dims.contains(dim) ? size(dim) : other.size(dim)).toArray();
    int[] mine = strides(all);
    int[] theirs = other.strides(all);
    Array result = new Array(all, extents);
    int[] index = new int[extents.length];
    for (int i = 0; i < result.values.length; i++) {
      result.values[i] =
          function.applyAsDouble(values[offset(index, mine)], other.values[offset(index, theirs)]);
      advance(index, extents);
    }
    return result;
  }

  /** Element by element. */
  public Array plus(Array other) {
    return with(other, Double::sum);
  }

  /** Element by element. */
  public Array times(Array other) {
    return with(other, (a, b) -> a * b);
  }

  /** The sum over all dimensions that are not in {@code kept}. */
  public Array sumTo(List<Dim> kept) {
    return einsum(kept, this);
  }

  /** The same values with a dimension called otherwise. */
  public Array renamed(Dim from, Dim to) {
    List<Dim> names = new ArrayList<>(dims);
    names.set(names.indexOf(from), to);
    Array result = new Array(names, sizes);
    System.arraycopy(values, 0, result.values, 0, values.length);
    return result;
  }

  /** The same values with dimensions called otherwise. */
  public Array renamed(Map<Dim, Dim> names) {
    Array result = this;
    for (Map.Entry<Dim, Dim> entry : names.entrySet()) {
      result = result.renamed(entry.getKey(), entry.getValue());
    }
    return result;
  }

  /** The same values with all dimensions called otherwise, in their order. */
  public Array as(List<Dim> names) {
    Array result = new Array(names, sizes);
    System.arraycopy(values, 0, result.values, 0, values.length);
    return result;
  }

  /** The part of a dimension that begins at an index. */
  public Array slice(Dim dim, int begin, int length) {
    int[] extents = sizes.clone();
    extents[dims.indexOf(dim)] = length;
    return moved(extents, dim, begin, true);
  }

  /** The same values from an index on in a dimension of another size, and 0 elsewhere. */
  public Array placed(Dim dim, int begin, int size) {
    int[] extents = sizes.clone();
    extents[dims.indexOf(dim)] = size;
    return moved(extents, dim, begin, false);
  }

  /** Copies between this and an array of other extents in which the dimension begins elsewhere. */
  private Array moved(int[] extents, Dim dim, int begin, boolean fromThis) {
    Array result = new Array(dims, extents);
    Array larger = fromThis ? this : result;
    Array smaller = fromThis ? result : this;
    int stride = larger.strides(List.of(dim))[0];
    int[] strides = larger.strides(dims);
    int[] index = new int[extents.length];
    for (int i = 0; i < smaller.values.length; i++) {
      int there = offset(index, strides) + begin * stride;
      result.values[fromThis ? i : there] = values[fromThis ? there : i];
      advance(index, smaller.sizes);
    }
    return result;
  }

  /** The sum of the products of all operands over the dimensions that the result has not. */
  public static Array einsum(List<Dim> result, Array... operands) {
    Map<Dim, Integer> extents = new LinkedHashMap<>();
    for (Array operand : operands) {
      for (Dim dim : operand.dims) {
        extents.put(dim, operand.size(dim));
      }
    }
    Set<Dim> order = new LinkedHashSet<>(result);
    order.addAll(extents.keySet());
    List<Dim> all = List.copyOf(order);
    int[] sizes = all.stream().mapToInt(extents::get).toArray();
    Array sum = new Array(result, result.stream().mapToInt(extents::get).toArray());
    int[][] strides = new int[operands.length][];
    for (int o = 0; o < operands.length; o++) {
      strides[o] = operands[o].strides(all);
    }
    int[] target = sum.strides(all);
    int[] index = new int[sizes.length];
    int steps = 1;
    for (int size : sizes) {
      steps *= size;
    }
    for (int step = 0; step < steps; step++) {
      double product = 1;
      for (int o = 0; o < operands.length; o++) {
        product *= operands[o].values[offset(index, strides[o])];
      }
      sum.values[offset(index, target)] += product;
      advance(index, sizes);
    }
    return sum;
  }

  /** How far apart neighbours along each of {@code order} are; 0 for those it has not. */
  private int[] strides(List<Dim> order) {
    int[] strides = new int[order.size()];
    int stride = 1;
    for (int d = dims.size() - 1; d >= 0; d--) {
      int place = order.indexOf(dims.get(d));
      if (place >= 0) {
        strides[place] = stride;
      }
      stride *= sizes[d];
    }
    return strides;
  }

  private static int offset(int[] index, int[] strides) {
    int offset = 0;
    for (int d = 0; d < index.length; d++) {
      offset += index[d] * strides[d];
    }
    return offset;
  }

  /** The largest element, without its sign. */
  public double magnitude() {
    return java.util.Arrays.stream(values).map(Math::abs).max().orElse(0);
  }

  /** The largest difference of any element; infinite where one is not a number. */
  public double distance(Array other) {
    double distance = 0;
    Array same = other.sumTo(dims);
    for (int i = 0; i < values.length; i++) {
      double difference = Math.abs(values[i] - same.values[i]);
      distance =
          Double.isNaN(difference) ? Double.POSITIVE_INFINITY : Math.max(distance, difference);
    }
    return distance;
  }
}
