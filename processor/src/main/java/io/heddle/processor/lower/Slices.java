package io.heddle.processor.lower;

import io.heddle.processor.lower.NodeList.Kernel;
import io.heddle.processor.lower.NodeList.Placed;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Operation.Slice;
import io.heddle.processor.program.KernelFunction;
import io.heddle.processor.program.LocalNode.Shape;
import io.heddle.processor.program.Origin;
import io.heddle.processor.program.Sharding;
import io.heddle.processor.program.Size;
import io.heddle.processor.program.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The kernels that copy a part of a tensor, and that put its gradient into a whole one, among zeros
 * or added to other gradients of the tensor.
 */
final class Slices {
  private Slices() {}

  /** The dimensions that a slice runs over. */
  static List<Dim> dims(Slice op) {
    return Kernels.union(op.input().dims(), op.result().dims());
  }

  /** The dimension that is cut is whole on each rank, and so is what is cut out. */
  static Binding binding(Slice op) {
    return Binding.of(
        Map.of(op.whole(), List.of(), op.own(), List.of()), Origin.Rule.KEPT_WHOLE, null);
  }

  static Value forward(NodeList nodes, Slice op, Sharding assignment, Value input) {
    Size made = nodes.bytes(op.result(), assignment);
    // As much as is made, in the format of what it is taken from.
    Size read = Kernels.bytes(op.result().dims(), assignment, nodes.format(op.input()));
    Size elements = assignment.elements(op.result().dims());
    Size bytes = Size.sum(read, made);
    return nodes.compute(
        kernel(op, op.name(), "slice", elements, elements, bytes, assignment).making(made),
        op.name(),
        List.of(input));
  }

  /**
   * The gradient of the input.
   *
   * @param gradient of the result
   * @param inputs this gradient first, then those that the kernel adds
   * @param added how many it adds
   */
  static Value backward(
      NodeList nodes,
      Slice op,
      Sharding assignment,
      Placed gradient,
      List<Value> inputs,
      int added) {
    Size whole = nodes.gradientBytes(op.input(), assignment);
    List<Size> bytes = new ArrayList<>();
    bytes.add(NodeList.bytes(gradient, assignment));
    bytes.add(Size.product(Size.of(1L + added), whole));
    Size elements = assignment.elements(op.input().dims());
    Size operations = Size.product(Size.of(1L + added), elements);
    return nodes.compute(
        kernel(op, op.name() + ".dx", "place", elements, operations, Size.sum(bytes), assignment)
            .making(whole),
        "d" + op.input().name(),
        inputs);
  }

  private static Kernel kernel(
      Slice op,
      String operation,
      String title,
      Size elements,
      Size operations,
      Size bytes,
      Sharding assignment) {
    return new Kernel(
        operation,
        KernelFunction.copy(title),
        new Shape.Elements(elements),
        operations,
        bytes,
        Size.ZERO,
        assignment,
        op.span());
  }
}
