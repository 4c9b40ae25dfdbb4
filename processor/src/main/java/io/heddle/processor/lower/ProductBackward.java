package io.heddle.processor.lower;

import io.heddle.processor.lower.NodeList.Kernel;
import io.heddle.processor.lower.NodeList.Placed;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Operand;
import io.heddle.processor.model.Operation.Einsum;
import io.heddle.processor.model.Tensor;
import io.heddle.processor.model.Weight;
import io.heddle.processor.program.KernelFunction;
import io.heddle.processor.program.LocalNode.Read;
import io.heddle.processor.program.LocalNode.Shape;
import io.heddle.processor.program.Product;
import io.heddle.processor.program.Sharding;
import io.heddle.processor.program.Size;
import io.heddle.processor.program.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The backward pass of a product. Its gradient is a product again: of the gradient and the other
 * operand. The collectives that both need stand before both kernels, so that they run beside the
 * kernel before.
 */
final class ProductBackward {
  private final BlockContext context;
  private final NodeList nodes;
  private final Gradients gradients;
  private final BackwardPass backward;
  private final Einsum op;
  private final Placed gradient;

  ProductBackward(
      BlockContext context,
      NodeList nodes,
      Gradients gradients,
      BackwardPass backward,
      Einsum op,
      Placed gradient) {
    this.context = context;
    this.nodes = nodes;
    this.gradients = gradients;
    this.backward = backward;
    this.op = op;
    this.gradient = gradient;
  }

  void run() {
    List<Half> halves = new ArrayList<>();
    halves.add(new Half(op, op.left(), op.right()));
    halves.add(new Half(op, op.right(), op.left()));
    halves.sort((a, b) -> Boolean.compare(a.of() instanceof Weight, b.of() instanceof Weight));
    halves.removeIf(half -> !context.hasGradient(half.of()));
    List<Runnable> kernels = new ArrayList<>();
    halves.forEach(half -> kernels.add(prepare(half)));
    kernels.forEach(Runnable::run);
  }

  /** One of the two gradients of a product: that {@code of} an operand, from the {@code other}. */
  private record Half(Einsum op, Operand of, Operand other) {
    String operation() {
      if (of instanceof Weight) {
        return op.name() + ".dw";
      }
      return op.name() + (other instanceof Weight ? ".dx" : ".d" + of.name());
    }
  }

  /** Emits the collectives; the kernel follows when the result is run. */
  private Runnable prepare(Half half) {
    List<Dim> dims = Kernels.union(op.left().dims(), op.right().dims());
    Binding bound = Binding.NONE;
    if (half.of() instanceof Weight weight) {
      bound = context.storage.gradientBinding(weight);
    } else if (half.other() instanceof Weight weight) {
      bound = context.storage.binding(weight);
    }
    List<Assignments.Placed> operands = new ArrayList<>();
    operands.add(BackwardPass.placed(gradient));
    if (half.other() instanceof Tensor tensor) {
      operands.add(new Assignments.Placed(tensor.dims(), context.stored.get(tensor)));
    }
    Assignment assigned = context.assignments.assign(op.span(), dims, bound, null, operands);
    Sharding assignment = assigned.sharding();
    List<Value> inputs = new ArrayList<>();
    List<Read> reads = new ArrayList<>();
    if (half.other() instanceof Tensor tensor) {
      inputs.add(backward.saved(tensor, assigned));
      reads.add(backward.readOf(tensor, assignment, inputs.get(0)));
    }
    Value brought = backward.read(gradient, assigned);
    inputs.add(brought);
    reads.add(BackwardPass.readOf(gradient, brought));
    return () -> kernel(half, dims, assignment, inputs, reads);
  }

  private void kernel(
      Half half, List<Dim> dims, Sharding assignment, List<Value> inputs, List<Read> reads) {
    Size operations = Kernels.matmul(dims, assignment);
    Size operands =
        Size.sum(NodeList.bytes(gradient, assignment), nodes.bytes(half.other(), assignment));
    List<Dim> made = half.of().dims();
    boolean weight = half.of() instanceof Weight;
    Shape.Gemm shape =
        weight
            ? Kernels.gemm(half.other().dims(), op.result().dims(), made, assignment)
            : Kernels.gemm(op.result().dims(), half.other().dims(), made, assignment);
    Size result =
        weight
            ? BackwardPass.accumulated(made, assignment)
            : nodes.gradientBytes(half.of(), assignment);
    List<Product.Operand> read = new ArrayList<>(List.of(NodeList.operand(gradient, assignment)));
    read.addAll(nodes.operands(List.of(half.other()), assignment));
    Kernel kernel =
        new Kernel(
            half.operation(),
            KernelFunction.GEMM,
            shape,
            operations,
            Size.sum(operands, result),
            operations,
            assignment,
            op.span(),
            new Product(read, List.of(made), result));
    Value value =
        nodes.compute(
            weight ? kernel.reading(reads) : kernel.making(result), "d" + half.of().name(), inputs);
    Sharding lies = BackwardPass.gradientOf(made, assignment, Set.of());
    if (half.of() instanceof Tensor tensor) {
      gradients.add(tensor, lies, value);
    } else {
      backward.weightGradient((Weight) half.of(), lies, op.span());
    }
  }
}
