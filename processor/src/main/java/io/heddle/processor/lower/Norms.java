package io.heddle.processor.lower;

import io.heddle.plan.KernelKind;
import io.heddle.processor.lower.NodeList.Kernel;
import io.heddle.processor.lower.NodeList.Placed;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Operation.Norm;
import io.heddle.processor.model.Weight;
import io.heddle.processor.program.KernelFunction;
import io.heddle.processor.program.LocalNode.Read;
import io.heddle.processor.program.LocalNode.Shape;
import io.heddle.processor.program.Saved;
import io.heddle.processor.program.Sharding;
import io.heddle.processor.program.Size;
import io.heddle.processor.program.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * Normalisations. Where the normalised dimension is split, each rank sums its part, the sums are
 * all-reduced in fp32 (one value for each remaining element), and a second kernel uses them.
 */
final class Norms {
  private Norms() {}

  static Value forward(NodeList nodes, Norm op, Sharding assignment, Value input) {
    Value statistics =
        statistics(
            nodes,
            op,
            op.name(),
            assignment,
            nodes.bytes(op.input(), assignment),
            List.of(input),
            op.kind().forwardStatistics());
    Size made = nodes.bytes(op.result(), assignment);
    Size bytes =
        Size.sum(weightBytes(nodes, op, assignment), nodes.bytes(op.input(), assignment), made);
    return nodes.compute(
        kernel(op, op.name(), op.kind().forward(), bytes, assignment).making(made),
        op.name(),
        List.of(input, statistics));
  }

  /**
   * The gradients of the input and of the weights.
   *
   * @param gradient of the result, as it is
   * @param added gradients of the input that the kernel adds to its own
   */
  static Value backward(
      NodeList nodes,
      Norm op,
      Sharding assignment,
      Placed gradient,
      List<Value> inputs,
      List<Value> added) {
    Size read = read(nodes, op, assignment, gradient);
    Value statistics =
        statistics(
            nodes, op, op.name() + ".dx", assignment, read, inputs, op.kind().backwardStatistics());
    List<Value> all = new ArrayList<>(inputs);
    all.add(statistics);
    all.addAll(added);
    Size made = nodes.gradientBytes(op.input(), assignment);
    Size tensors = Size.sum(read, Size.product(Size.of(1L + added.size()), made));
    List<Size> bytes = new ArrayList<>(List.of(tensors, weightBytes(nodes, op, assignment)));
    op.weights().forEach(weight -> bytes.add(nodes.accumulated(weight, assignment)));
    int cost = op.kind().backward() + added.size();
    return nodes.compute(
        kernel(op, op.name() + ".dx", cost, Size.sum(bytes), assignment).making(made),
        "d" + op.input().name(),
        all);
  }

  /**
   * The gradients of the weights alone, where nothing before the norm is trained. What ranks have
   * of the normalised dimension is enough for them.
   */
  static void backwardOfWeights(
      NodeList nodes,
      Norm op,
      Sharding assignment,
      Placed gradient,
      List<Value> inputs,
      List<Read> reads) {
    List<Size> bytes = new ArrayList<>(List.of(read(nodes, op, assignment, gradient)));
    List<Size> made = new ArrayList<>();
    for (Weight weight : op.weights()) {
      bytes.add(nodes.accumulated(weight, assignment));
      made.add(nodes.gradientOf(weight, assignment));
    }
    int cost = op.kind().backwardOfWeights();
    nodes.compute(
        kernel(op, op.name() + ".dw", cost, Size.sum(bytes), assignment)
            .reading(reads)
            .making(Size.sum(made)),
        "d" + op.name() + "Weights",
        inputs);
  }

  private static Size read(NodeList nodes, Norm op, Sharding assignment, Placed gradient) {
    return Size.sum(NodeList.bytes(gradient, assignment), nodes.bytes(op.input(), assignment));
  }

  /** The statistics of the forward pass, which the backward uses again. */
  static Saved saved(Norm op, Sharding assignment) {
    List<Dim> dims = op.input().dims();
    Size one = Kernels.bytes(dims.subList(0, dims.size() - 1), assignment, Size.Format.STATISTIC);
    Size bytes = Size.product(Size.of(op.kind().forwardStatistics()), one);
    return new Saved(op.name() + ".statistics", Saved.Kind.STATISTICS, bytes);
  }

  private static Kernel kernel(
      Norm op, String operation, int cost, Size bytes, Sharding assignment) {
    Size elements = assignment.elements(op.input().dims());
    return new Kernel(
        operation,
        new KernelFunction(KernelKind.NORM, op.kind().word()),
        new Shape.Elements(elements),
        Size.product(Size.of(cost), elements),
        bytes,
        Size.ZERO,
        assignment,
        op.span());
  }

  private static Value statistics(
      NodeList nodes,
      Norm op,
      String name,
      Sharding assignment,
      Size read,
      List<Value> inputs,
      int count) {
    List<String> axes = assignment.of(op.dim());
    if (axes.isEmpty()) {
      return Value.BEFORE;
    }
    List<Dim> dims = op.input().dims();
    Size elements = assignment.elements(dims);
    Value value =
        nodes.compute(
            new Kernel(
                name + ".statistics",
                KernelFunction.reduction(op.kind().word() + " statistics"),
                new Shape.Elements(elements),
                Size.product(Size.of(2L * count), elements),
                read,
                Size.ZERO,
                assignment,
                op.span()),
            name + ".statistics",
            inputs);
    List<Dim> remaining = dims.subList(0, dims.size() - 1);
    for (int i = 0; i < count; i++) {
      value =
          nodes.reduceStatistic(
              name + ".statistics", remaining, assignment, axes, value, op.span());
    }
    return value;
  }

  private static Size weightBytes(NodeList nodes, Norm op, Sharding assignment) {
    List<Size> bytes = new ArrayList<>();
    for (Weight weight : op.weights()) {
      bytes.add(nodes.bytes(weight, assignment));
    }
    return Size.sum(bytes);
  }
}
