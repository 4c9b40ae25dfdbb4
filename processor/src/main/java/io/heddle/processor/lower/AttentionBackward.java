package io.heddle.processor.lower;

import io.heddle.processor.lower.NodeList.Placed;
import io.heddle.processor.model.Operation.Attend;
import io.heddle.processor.model.Tensor;
import io.heddle.processor.model.Weight;
import io.heddle.processor.program.Sharding;
import io.heddle.processor.program.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The backward pass of attention, as one kernel, as a ring of them, or as separate products. */
final class AttentionBackward {
  private final BlockContext context;
  private final NodeList nodes;
  private final Gradients gradients;
  private final BackwardPass backward;
  private final Attend op;
  private final Placed gradient;

  AttentionBackward(
      BlockContext context,
      NodeList nodes,
      Gradients gradients,
      BackwardPass backward,
      Attend op,
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
    for (Tensor tensor : List.of(op.q(), op.k(), op.v())) {
      operands.add(new Assignments.Placed(tensor.dims(), context.stored.get(tensor)));
    }
    AttentionAssignment sides = AttentionAssignment.of(context, op, operands);
    List<Value> inputs = new ArrayList<>();
    inputs.add(backward.read(gradient, sides.ofQueries()));
    for (Tensor tensor : List.of(op.q(), op.k(), op.v())) {
      inputs.add(backward.saved(tensor, sides.of(op, tensor)));
    }
    UnfusedAttention.Gradients made;
    if (op.selected() != null) {
      Tensor selection = op.selected().indices();
      inputs.add(backward.saved(selection, sides.ofQueries()));
      backward.saved().own(op.result());
      backward.saved().beside(Kernels.savedByAttention(op, sides));
      Attention.Read read = Attention.Read.of(context, nodes, op);
      Value all = new SelectedAttention(context, nodes, op, sides, read).backward(inputs);
      made = new UnfusedAttention.Gradients(all, all, all);
      gradients.add(
          selection, BackwardPass.gradientOf(selection.dims(), sides.queries(), Set.of()), all);
    } else if (context.plan.activations().unfused()) {
      UnfusedAttention unfused = new UnfusedAttention(nodes, op, sides);
      unfused.saved().forEach(backward.saved()::beside);
      made = unfused.backward(inputs.get(0), inputs.get(1), inputs.get(2), inputs.get(3));
    } else {
      backward.saved().own(op.result());
      backward.saved().beside(Kernels.savedByAttention(op, sides));
      Attention.Gradients fused = Attention.backward(nodes, op, sides, inputs);
      made = new UnfusedAttention.Gradients(fused.queries(), fused.keys(), fused.keys());
    }
    Weight sinks = op.scores().sinks();
    if (sinks != null) {
      context.checkStays(sinks, sides.queries(), op.span());
      Sharding lies = BackwardPass.gradientOf(sinks.dims(), sides.queries(), Set.of());
      backward.weightGradient(sinks, lies, op.span());
    }
    Set<String> partial = sides.partialKeys(op);
    gradients.add(
        op.q(), BackwardPass.gradientOf(op.q().dims(), sides.queries(), Set.of()), made.q());
    gradients.add(op.k(), BackwardPass.gradientOf(op.k().dims(), sides.keys(), partial), made.k());
    gradients.add(op.v(), BackwardPass.gradientOf(op.v().dims(), sides.keys(), partial), made.v());
  }
}
