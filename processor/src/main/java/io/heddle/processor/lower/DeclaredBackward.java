package io.heddle.processor.lower;

import io.heddle.processor.lower.NodeList.Placed;
import io.heddle.processor.model.Operation.Declared;
import io.heddle.processor.model.Tensor;
import io.heddle.processor.model.Weight;
import io.heddle.processor.program.CollectiveKind;
import io.heddle.processor.program.Sharding;
import io.heddle.processor.program.Size;
import io.heddle.processor.program.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The backward pass of a declared operation: one kernel for the gradients of all that it took. One
 * that is linear reads the gradient alone, others all arguments too.
 */
final class DeclaredBackward {
  private final BlockContext context;
  private final NodeList nodes;
  private final Gradients gradients;
  private final BackwardPass backward;
  private final Declared op;
  private final Placed gradient;

  DeclaredBackward(
      BlockContext context,
      NodeList nodes,
      Gradients gradients,
      BackwardPass backward,
      Declared op,
      Placed gradient) {
    this.context = context;
    this.nodes = nodes;
    this.gradients = gradients;
    this.backward = backward;
    this.op = op;
    this.gradient = gradient;
  }

  void run() {
    List<Assignments.Placed> operands = new ArrayList<>();
    operands.add(BackwardPass.placed(gradient));
    for (Tensor tensor : op.tensors()) {
      operands.add(new Assignments.Placed(tensor.dims(), context.stored.get(tensor)));
    }
    DeclaredAssignment assigned = DeclaredAssignment.of(context, op, operands);
    DeclaredKernels kernels = new DeclaredKernels(context, nodes, op, assigned);
    Sharding assignment = assigned.sharding();
    List<Value> inputs = new ArrayList<>();
    inputs.add(backward.read(gradient, assigned.assigned()));
    if (!op.of().isLinear()) {
      for (Tensor tensor : op.tensors()) {
        Value saved = backward.saved(tensor, assigned.assigned());
        inputs.add(saved);
        if (kernels.passes(tensor)) {
          String halo = "halo." + tensor.name();
          inputs.add(kernels.halo(CollectiveKind.PASS_ON, halo, tensor, saved));
        }
      }
      op.weights().forEach(weight -> context.checkStays(weight, assignment, op.span()));
    }
    kernels.saved().forEach(backward.saved()::beside);
    List<Tensor> tensors = op.tensors().stream().filter(context::hasGradient).toList();
    List<Weight> weights = op.weights().stream().filter(context::hasGradient).toList();
    List<Size> made = new ArrayList<>();
    tensors.forEach(tensor -> made.add(nodes.gradientBytes(tensor, assignment)));
    Value value = kernels.backward(inputs, tensors.size() + weights.size(), Size.sum(made));
    for (Tensor tensor : tensors) {
      Value own = value;
      if (kernels.passes(tensor)) {
        String name = "halo." + Gradients.name(tensor);
        Value came = kernels.halo(CollectiveKind.PASS_BACK, name, tensor, value);
        own = kernels.addHalo(tensor, value, came);
      }
      gradients.add(tensor, BackwardPass.gradientOf(tensor.dims(), assignment, Set.of()), own);
    }
    for (Weight weight : weights) {
      Sharding lies = BackwardPass.gradientOf(weight.dims(), assignment, Set.of());
      backward.weightGradient(weight, lies, op.span());
    }
  }
}
