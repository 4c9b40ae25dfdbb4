package io.heddle.processor.lower;

import io.heddle.processor.lower.NodeList.Kernel;
import io.heddle.processor.model.Operand;
import io.heddle.processor.model.Operation.Einsum;
import io.heddle.processor.program.KernelFunction;
import io.heddle.processor.program.Product;
import io.heddle.processor.program.Sharding;
import io.heddle.processor.program.Size;
import io.heddle.processor.program.Value;
import java.util.ArrayList;
import java.util.List;

/** The kernel of a matrix product, forward; {@link ProductBackward} makes its gradients. */
final class Products {
  private Products() {}

  static Value forward(NodeList nodes, Einsum op, Sharding assignment, List<Value> inputs) {
    List<Size> bytes = new ArrayList<>();
    for (Operand operand : op.inputs()) {
      bytes.add(nodes.bytes(operand, assignment));
    }
    Size made = nodes.bytes(op.result(), assignment);
    bytes.add(made);
    Size operations =
        Kernels.matmul(Kernels.union(op.left().dims(), op.right().dims()), assignment);
    return nodes.compute(
        new Kernel(
                op.name(),
                KernelFunction.GEMM,
                Kernels.gemm(op.left().dims(), op.right().dims(), op.result().dims(), assignment),
                operations,
                Size.sum(bytes),
                operations,
                assignment,
                op.span(),
                new Product(
                    nodes.operands(op.inputs(), assignment), List.of(op.result().dims()), made))
            .making(made),
        op.name(),
        inputs);
  }
}
