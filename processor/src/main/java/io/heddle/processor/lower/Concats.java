package io.heddle.processor.lower;

import io.heddle.processor.lower.NodeList.Kernel;
import io.heddle.processor.lower.NodeList.Placed;
import io.heddle.processor.model.Operation.Concat;
import io.heddle.processor.program.KernelFunction;
import io.heddle.processor.program.LocalNode.Shape;
import io.heddle.processor.program.Sharding;
import io.heddle.processor.program.Size;
import io.heddle.processor.program.Value;
import java.util.ArrayList;
import java.util.List;

/** The kernels that put tensors behind one another, and that take their gradients apart. */
final class Concats {
  private Concats() {}

  static Value forward(NodeList nodes, Concat op, Sharding assignment, List<Value> parts) {
    Size made = nodes.bytes(op.result(), assignment);
    List<Size> bytes = new ArrayList<>();
    op.parts().forEach(part -> bytes.add(nodes.bytes(part, assignment)));
    bytes.add(made);
    Kernel kernel = copy(op, op.name(), "concat", assignment, Size.sum(bytes)).making(made);
    return nodes.compute(kernel, op.name(), parts);
  }

  /**
   * The gradients of the parts.
   *
   * @param gradient of the result, which {@code read} brings
   */
  static Value backward(
      NodeList nodes, Concat op, Sharding assignment, Placed gradient, Value read) {
    List<Size> made = new ArrayList<>();
    op.parts().forEach(part -> made.add(nodes.gradientBytes(part, assignment)));
    List<Size> bytes = new ArrayList<>(made);
    bytes.add(NodeList.bytes(gradient, assignment));
    Kernel kernel = copy(op, op.name() + ".dx", "split", assignment, Size.sum(bytes));
    return nodes.compute(kernel.making(Size.sum(made)), "d" + op.name() + "Inputs", List.of(read));
  }

  /** Reads and writes each element once. */
  private static Kernel copy(
      Concat op, String operation, String title, Sharding assignment, Size bytes) {
    Size elements = assignment.elements(op.result().dims());
    return new Kernel(
        operation,
        KernelFunction.copy(title),
        new Shape.Elements(elements),
        elements,
        bytes,
        Size.ZERO,
        assignment,
        op.span());
  }
}
