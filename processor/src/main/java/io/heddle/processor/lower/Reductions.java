package io.heddle.processor.lower;

import io.heddle.processor.lower.NodeList.Kernel;
import io.heddle.processor.lower.NodeList.Placed;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Operation.Reduce;
import io.heddle.processor.model.Reduction;
import io.heddle.processor.program.KernelFunction;
import io.heddle.processor.program.LocalNode.Shape;
import io.heddle.processor.program.Sharding;
import io.heddle.processor.program.Size;
import io.heddle.processor.program.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * Reductions of a dimension. Where it is split, sum, mean and the first value are partial sums, of
 * which a rank without the first value has zeros; the maxima of the ranks are all-reduced in fp32,
 * one value for each element of the result.
 */
final class Reductions {
  /** A comparison with the maximum, and a choice. */
  private static final int MAX_BACKWARD = 2;

  private Reductions() {}

  static Value forward(NodeList nodes, Reduce op, Sharding assignment, Value input) {
    boolean first = op.kind() == Reduction.FIRST;
    List<Dim> result = op.result().dims();
    List<Dim> touched = first ? result : op.input().dims();
    Size made = nodes.bytes(op.result(), assignment);
    Size bytes = Size.sum(Kernels.bytes(touched, assignment, nodes.format(op.input())), made);
    Sharding used = first ? assignment.restrictedTo(result) : assignment;
    Value value =
        nodes.compute(
            kernel(op, op.name(), used.elements(touched), 1, bytes, used),
            op.name(),
            List.of(input));
    List<String> axes = assignment.of(op.over());
    return op.kind().isLinear() || axes.isEmpty()
        ? value
        : nodes.reduceStatistic(op.name(), result, assignment, axes, value, op.span());
  }

  /**
   * The gradient of the input: that of the result at each place, or at the place it was taken from.
   *
   * @param gradient of the result
   * @param inputs this gradient; for a maximum, also what it was taken from and itself
   * @param added gradients of the input that the kernel adds to its own
   */
  static Value backward(
      NodeList nodes,
      Reduce op,
      Sharding assignment,
      Placed gradient,
      List<Value> inputs,
      int added) {
    boolean max = op.kind() == Reduction.MAX;
    Size large = nodes.gradientBytes(op.input(), assignment);
    List<Size> bytes = new ArrayList<>();
    bytes.add(Size.product(Size.of(1L + added), large));
    bytes.add(NodeList.bytes(gradient, assignment));
    if (max) {
      bytes.add(nodes.bytes(op.input(), assignment));
      bytes.add(nodes.bytes(op.result(), assignment));
    }
    int cost = (max ? MAX_BACKWARD : 1) + added;
    Size elements = assignment.elements(op.input().dims());
    return nodes.compute(
        kernel(op, op.name() + ".dx", elements, cost, Size.sum(bytes), assignment).making(large),
        "d" + op.input().name(),
        inputs);
  }

  private static Kernel kernel(
      Reduce op, String operation, Size elements, int cost, Size bytes, Sharding assignment) {
    return new Kernel(
        operation,
        KernelFunction.reduction(op.kind().word()),
        new Shape.Elements(elements),
        Size.product(Size.of(cost), elements),
        bytes,
        Size.ZERO,
        assignment,
        op.span());
  }
}
