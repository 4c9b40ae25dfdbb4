package io.heddle.processor.lower;

import io.heddle.plan.KernelKind;
import io.heddle.processor.lower.NodeList.Kernel;
import io.heddle.processor.model.Operation.SquaredError;
import io.heddle.processor.program.KernelFunction;
import io.heddle.processor.program.LocalNode.Shape;
import io.heddle.processor.program.Sharding;
import io.heddle.processor.program.Size;
import io.heddle.processor.program.Value;
import java.util.List;

/**
 * The squared error to values that are given, which lie and are stored as what they are compared
 * with. Each rank adds up its own part: nobody needs the sum but who prints it.
 */
final class SquaredErrors {
  /** A difference, its square, a sum. */
  private static final int FORWARD_COST = 3;

  /** A difference, and the scale of the mean. */
  private static final int BACKWARD_COST = 2;

  private SquaredErrors() {}

  static void forward(NodeList nodes, SquaredError op, Sharding assignment, Value input) {
    Size bytes = Size.product(Size.of(2), nodes.bytes(op.input(), assignment));
    Kernel kernel = kernel(op, op.name(), KernelKind.REDUCTION, FORWARD_COST, bytes, assignment);
    nodes.compute(kernel.making(Size.ZERO), op.name(), List.of(input));
  }

  /** Makes the gradient of the input from it and what is given. */
  static Value backward(NodeList nodes, SquaredError op, Sharding assignment, Value input) {
    Size made = nodes.gradientBytes(op.input(), assignment);
    Size read = Size.product(Size.of(2), nodes.bytes(op.input(), assignment));
    return nodes.compute(
        kernel(
                op,
                op.name() + ".dx",
                KernelKind.POINT_WISE,
                BACKWARD_COST,
                Size.sum(read, made),
                assignment)
            .making(made),
        "d" + op.input().name(),
        List.of(input));
  }

  private static Kernel kernel(
      SquaredError op,
      String operation,
      KernelKind kind,
      int cost,
      Size bytes,
      Sharding assignment) {
    Size elements = assignment.elements(op.input().dims());
    return new Kernel(
        operation,
        new KernelFunction(kind, "squared error"),
        new Shape.Elements(elements),
        Size.product(Size.of(cost), elements),
        bytes,
        Size.ZERO,
        assignment.restrictedTo(op.input().dims()),
        op.span());
  }
}
