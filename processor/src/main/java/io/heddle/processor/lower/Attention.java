package io.heddle.processor.lower;

import io.heddle.processor.local.LocalNode.Shape;
import io.heddle.processor.local.Sharding;
import io.heddle.processor.local.Size;
import io.heddle.processor.local.Value;
import io.heddle.processor.lower.NodeList.Kernel;
import io.heddle.processor.model.Operand;
import io.heddle.processor.model.Operation.Attend;
import io.heddle.processor.model.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Attention as one kernel that keeps no scores: it reads q, k and v and writes the result; backward
 * it computes the scores again (Dao et al. 2022, arXiv:2205.14135).
 */
final class Attention {
  private Attention() {}

  /**
   * The kernel of the forward pass.
   *
   * @param inputs what makes q, k and v, as {@code sides} wants them
   */
  static Value forward(NodeList nodes, Attend op, AttentionAssignment sides, List<Value> inputs) {
    Sharding assignment = sides.queries();
    List<Size> bytes = new ArrayList<>();
    for (Operand operand : op.inputs()) {
      bytes.add(Kernels.bytes(operand.dims(), sides.of(op, operand)));
    }
    bytes.add(Kernels.bytes(op.result().dims(), assignment));
    Shape.Attention shape = Kernels.attention(op, assignment, sides.keys());
    Size operations = Kernels.attentionOperations(shape, op.causal(), 1, 1);
    return nodes.compute(
        new Kernel(
            op.name(),
            title(op),
            shape,
            operations,
            Size.sum(bytes),
            operations,
            assignment,
            op.span()),
        op.name(),
        inputs);
  }

  /**
   * The kernel that makes the gradients of q, k and v.
   *
   * @param inputs what makes the gradient of the result, and q, k and v
   */
  static Value backward(NodeList nodes, Attend op, AttentionAssignment sides, List<Value> inputs) {
    Sharding assignment = sides.queries();
    List<Size> bytes = new ArrayList<>();
    bytes.add(Size.product(Size.of(2), Kernels.bytes(op.result().dims(), assignment)));
    for (Tensor tensor : List.of(op.q(), op.k(), op.v())) {
      bytes.add(Size.product(Size.of(2), Kernels.bytes(tensor.dims(), sides.of(op, tensor))));
    }
    Shape.Attention shape = Kernels.attention(op, assignment, sides.keys());
    return nodes.compute(
        new Kernel(
            op.name() + ".dx",
            title(op),
            shape,
            // Scores again, dV, dP, dQ, dK: only the last four are the model's own work.
            Kernels.attentionOperations(shape, op.causal(), 3, 2),
            Size.sum(bytes),
            Kernels.attentionOperations(shape, op.causal(), 2, 2),
            assignment,
            op.span()),
        "d" + op.name() + "Inputs",
        inputs);
  }

  private static String title(Attend op) {
    return op.causal() ? "attention causal" : "attention";
  }
}
