package io.heddle.processor.lower;

import io.heddle.processor.diagnose.Span;
import io.heddle.processor.lower.NodeList.Kernel;
import io.heddle.processor.lower.NodeList.Placed;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Function;
import io.heddle.processor.model.Operation.Attend;
import io.heddle.processor.program.KernelFunction;
import io.heddle.processor.program.LocalNode.Shape;
import io.heddle.processor.program.Saved;
import io.heddle.processor.program.Sharding;
import io.heddle.processor.program.Size;
import io.heddle.processor.program.Size.Format;
import io.heddle.processor.program.Value;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Shapes and costs of kernels. */
final class Kernels {
  private Kernels() {}

  /** Bytes of a tensor on one rank. */
  static Size bytes(List<Dim> dims, Sharding sharding) {
    return bytes(dims, sharding, Format.TENSOR);
  }

  static Size bytes(List<Dim> dims, Sharding sharding, Format format) {
    return sharding.restrictedTo(dims).bytes(dims, format);
  }

  /** Operations of a product that runs over {@code dims}: 2 M K N. */
  static Size matmul(List<Dim> dims, Sharding assignment) {
    return Size.product(Size.of(2), assignment.elements(dims));
  }

  /** M, K and N of a product of two operands. */
  static Shape.Gemm gemm(List<Dim> left, List<Dim> right, List<Dim> result, Sharding assignment) {
    List<Dim> batch = new ArrayList<>(left);
    batch.retainAll(right);
    List<Dim> contracted = new ArrayList<>(batch);
    batch.retainAll(result);
    contracted.removeAll(result);
    return new Shape.Gemm(
        assignment.elements(batch),
        assignment.elements(without(left, batch, contracted)),
        assignment.elements(contracted),
        assignment.elements(without(right, batch, contracted)));
  }

  private static List<Dim> without(List<Dim> dims, List<Dim> first, List<Dim> second) {
    return dims.stream().filter(dim -> !first.contains(dim) && !second.contains(dim)).toList();
  }

  /** All dimensions of several tensors, each once. */
  @SafeVarargs
  static List<Dim> union(Collection<Dim>... all) {
    Set<Dim> union = new LinkedHashSet<>();
    for (Collection<Dim> dims : all) {
      union.addAll(dims);
    }
    return List.copyOf(union);
  }

  static int forwardCost(List<Function> functions) {
    return functions.stream().mapToInt(Function::forward).sum();
  }

  static int backwardCost(List<Function> functions) {
    return functions.stream().mapToInt(Function::backward).sum();
  }

  /** Bytes of what functions keep of each element beside their operands. */
  static Size maskBytes(List<Function> functions, Size elements) {
    return Size.product(Size.of(functions.stream().mapToInt(Function::maskBytes).sum()), elements);
  }

  /** What a declared operation costs; null if the kernel is none. */
  static Function.@Nullable Cost declared(List<Function> functions) {
    return functions.size() == 1 ? functions.get(0).cost() : null;
  }

  /** The cost of a declared operation on one rank. */
  static Size declared(Function.Part cost, Function.Cost of, Sharding assignment) {
    Map<String, Size> variables = new LinkedHashMap<>();
    of.arguments()
        .forEach(
            (parameter, dims) -> {
              variables.put("size " + parameter, assignment.restrictedTo(dims).elements(dims));
              variables.put("bytes " + parameter, bytes(dims, assignment));
            });
    of.dims().forEach((name, dim) -> variables.put(name, assignment.elements(List.of(dim))));
    return Size.formula(cost, variables);
  }

  /**
   * A kernel that adds tensors which lie alike.
   *
   * @param sum what it makes, and how that lies
   */
  static Value addition(
      NodeList nodes, String operation, String name, Placed sum, List<Placed> terms, Span span) {
    Sharding sharding = sum.sharding();
    Size elements = sharding.elements(sum.dims());
    Size made = NodeList.bytes(sum, sharding);
    List<Size> bytes = new ArrayList<>();
    terms.forEach(term -> bytes.add(bytes(sum.dims(), sharding, term.format())));
    bytes.add(made);
    return nodes.compute(
        new Kernel(
                operation,
                KernelFunction.ADD,
                new Shape.Elements(elements),
                Size.product(Size.of(terms.size() - 1L), elements),
                Size.sum(bytes),
                Size.ZERO,
                sharding.withoutPartial(),
                span)
            .making(made),
        name,
        terms.stream().map(Placed::value).toList());
  }

  static String title(List<Function> functions) {
    List<String> names = functions.stream().map(Function::name).distinct().toList();
    return String.join(" ", names);
  }

  /** Batch, queries, keys and depths of an attention kernel. */
  static Shape.Attention attention(Attend attend, Sharding assignment, Sharding keys) {
    List<Dim> queryDims = new ArrayList<>();
    List<Dim> batchDims = new ArrayList<>();
    for (Dim dim : attend.q().dims()) {
      if (dim.equals(attend.over())
          || (!attend.k().dims().contains(dim) && !dim.equals(attend.scoreDim()))) {
        queryDims.add(dim);
      } else if (!dim.equals(attend.scoreDim())) {
        batchDims.add(dim);
      }
    }
    return new Shape.Attention(
        assignment.elements(batchDims),
        assignment.elements(queryDims),
        keys.elements(List.of(attend.keys())),
        assignment.elements(List.of(attend.scoreDim())),
        assignment.elements(List.of(attend.valueDim())),
        false);
  }

  /** The logarithm of each query's sum of exponentials, which a fused kernel keeps. */
  static Saved savedByAttention(Attend op, AttentionAssignment sides) {
    Shape.Attention shape = attention(op, sides.queries(), sides.keys());
    Size bytes =
        Size.product(shape.batch(), shape.queries(), new Size.ElementBytes(Format.STATISTIC));
    return new Saved(op.name() + ".statistics", Saved.Kind.STATISTICS, bytes);
  }

  /**
   * Operations of {@code scores} products over the depth of the scores and {@code values} over that
   * of the values, two for each pair of query and key; a causal kernel skips half of the pairs.
   */
  static Size attentionOperations(Attend op, Shape.Attention shape, int scores, int values) {
    return attentionOperations(shape, twicePairs(op, shape), scores, values);
  }

  /**
   * As {@link #attentionOperations(Attend, Shape.Attention, int, int)}, of so many pairs.
   *
   * @param twicePairs twice the pairs of one batch element
   */
  static Size attentionOperations(Shape.Attention shape, Size twicePairs, int scores, int values) {
    return Size.product(
        shape.batch(),
        twicePairs,
        Size.sum(
            Size.product(Size.of(scores), shape.k()), Size.product(Size.of(values), shape.n())));
  }

  /**
   * Operations of what is done with each score beside the products and the softmax.
   *
   * @param cap those of the cap on scores, an even number
   */
  static Size scoreOperations(Attend op, Shape.Attention shape, int cap) {
    return scoreOperations(op, shape, twicePairs(op, shape), cap);
  }

  /** As {@link #scoreOperations(Attend, Shape.Attention, int)}, of so many pairs. */
  static Size scoreOperations(Attend op, Shape.Attention shape, Size twicePairs, int cap) {
    return op.scores().softcap() == null
        ? Size.ZERO
        : Size.product(Size.of(cap / 2), shape.batch(), twicePairs);
  }

  /** Twice the pairs of query and key of one batch element. */
  static Size twicePairs(Attend op, Shape.Attention shape) {
    boolean seesAll = !op.visible().causal() && op.visible().hasCache();
    return op.visible().isBounded() && !seesAll
        ? VisiblePairs.twice(op, shape)
        : Size.product(Size.of(op.visible().causal() ? 1 : 2), shape.queries(), shape.keys());
  }
}
