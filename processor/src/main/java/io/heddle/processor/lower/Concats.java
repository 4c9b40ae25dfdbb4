package io.heddle.processor.lower;

import io.heddle.processor.lower.NodeList.Kernel;
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
    return copy(nodes, op, op.name(), "concat", assignment, op.name(), parts);
  }

  static Value backward(NodeList nodes, Concat op, Sharding assignment, Value gradient) {
    String made = "d" + op.name() + "Inputs";
    return copy(nodes, op, op.name() + ".dx", "split", assignment, made, List.of(gradient));
  }

  /** Reads and writes each element once. */
  private static Value copy(
      NodeList nodes,
      Concat op,
      String operation,
      String title,
      Sharding assignment,
      String made,
      List<Value> inputs) {
    List<Size> bytes = new ArrayList<>();
    op.parts().forEach(part -> bytes.add(Kernels.bytes(part.dims(), assignment)));
    bytes.add(Kernels.bytes(op.result().dims(), assignment));
    Size elements = assignment.elements(op.result().dims());
    return nodes.compute(
        new Kernel(
            operation,
            KernelFunction.copy(title),
            new Shape.Elements(elements),
            elements,
            Size.sum(bytes),
            Size.ZERO,
            assignment,
            op.span()),
        made,
        inputs);
  }
}
