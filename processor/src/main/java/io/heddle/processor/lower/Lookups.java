package io.heddle.processor.lower;

import io.heddle.processor.lower.NodeList.Kernel;
import io.heddle.processor.lower.NodeList.Placed;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Operation.Lookup;
import io.heddle.processor.program.KernelFunction;
import io.heddle.processor.program.LocalNode.Shape;
import io.heddle.processor.program.Sharding;
import io.heddle.processor.program.Size;
import io.heddle.processor.program.Size.Format;
import io.heddle.processor.program.Value;
import java.util.List;

/** The kernels of a lookup in a table: rows that are read, gradients that are added to rows. */
final class Lookups {
  private Lookups() {}

  static Value forward(NodeList nodes, Lookup op, Sharding assignment) {
    List<Dim> result = op.result().dims();
    Size elements = assignment.elements(result);
    Size made = nodes.bytes(op.result(), assignment);
    return nodes.compute(
        new Kernel(
                op.name(),
                KernelFunction.LOOK_UP,
                new Shape.Elements(elements),
                elements,
                Size.sum(Kernels.bytes(result, assignment), made),
                Size.ZERO,
                assignment,
                op.span())
            .making(made),
        op.name(),
        List.of());
  }

  /**
   * The gradient of the table.
   *
   * @param gradient of the result, which {@code read} brings
   */
  static void backward(
      NodeList nodes, Lookup op, Sharding assignment, Placed gradient, Value read) {
    List<Dim> result = op.result().dims();
    Size elements = assignment.elements(result);
    Size rows = Kernels.bytes(result, assignment, Format.GRADIENT);
    nodes.compute(
        new Kernel(
                op.name() + ".dw",
                KernelFunction.LOOK_UP,
                new Shape.Elements(elements),
                elements,
                Size.sum(NodeList.bytes(gradient, assignment), Size.product(Size.of(2), rows)),
                Size.ZERO,
                assignment,
                op.span())
            .making(Size.ZERO),
        "d" + op.table().name(),
        List.of(read));
  }
}
