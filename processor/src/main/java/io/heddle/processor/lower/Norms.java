package io.heddle.processor.lower;

import io.heddle.plan.KernelKind;
import io.heddle.processor.lower.NodeList.Kernel;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Operation.Norm;
import io.heddle.processor.model.Weight;
import io.heddle.processor.program.KernelFunction;
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
        statistics(nodes, op, op.name(), assignment, List.of(input), op.kind().forwardStatistics());
    List<Dim> dims = op.input().dims();
    Size bytes = Size.sum(weightBytes(op, assignment), twice(Kernels.bytes(dims, assignment)));
    return nodes.compute(
        kernel(op, op.name(), op.kind().forward(), bytes, assignment),
        op.name(),
        List.of(input, statistics));
  }

  /**
   * The gradient of the input.
   *
   * @param added gradients of the input that the kernel adds to its own
   */
  static Value backward(
      NodeList nodes, Norm op, Sharding assignment, List<Value> inputs, List<Value> added) {
    Value statistics =
        statistics(
            nodes, op, op.name() + ".dx", assignment, inputs, op.kind().backwardStatistics());
    List<Value> all = new ArrayList<>(inputs);
    all.add(statistics);
    all.addAll(added);
    List<Dim> dims = op.input().dims();
    Size tensors = Size.product(Size.of(3L + added.size()), Kernels.bytes(dims, assignment));
    List<Size> bytes = new ArrayList<>(List.of(tensors, weightBytes(op, assignment)));
    op.weights().forEach(weight -> bytes.add(nodes.accumulated(weight, assignment)));
    int cost = op.kind().backward() + added.size();
    return nodes.compute(
        kernel(op, op.name() + ".dx", cost, Size.sum(bytes), assignment),
        "d" + op.input().name(),
        all);
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
      NodeList nodes, Norm op, String name, Sharding assignment, List<Value> inputs, int count) {
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
                Size.product(Size.of(inputs.size()), Kernels.bytes(dims, assignment)),
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

  private static Size weightBytes(Norm op, Sharding assignment) {
    List<Size> bytes = new ArrayList<>();
    for (Weight weight : op.weights()) {
      bytes.add(Kernels.bytes(weight.dims(), assignment));
    }
    return Size.sum(bytes);
  }

  private static Size twice(Size size) {
    return Size.product(Size.of(2), size);
  }
}
