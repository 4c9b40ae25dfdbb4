package io.heddle.processor.oracle;

import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Operand;
import io.heddle.processor.model.Operation.Einsum;
import io.heddle.processor.model.Operation.Fused;
import io.heddle.processor.model.Operation.PointWise;
import io.heddle.processor.model.Tensor;
import io.heddle.processor.model.Weight;
import io.heddle.processor.program.LocalNode.Compute;
import io.heddle.processor.program.Sharding;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Gradients of products that are one kernel: one for the left operand, one for all weights. */
final class FusedGradients {
  private final Tape tape;

  FusedGradients(Tape tape) {
    this.tape = tape;
  }

  /** What leaves the kernel for a product: the sum that it is a term of, else the product. */
  private static Tensor leaving(Fused op, Einsum einsum) {
    for (PointWise sum : op.sums()) {
      if (sum.inputs().contains(einsum.result())) {
        return sum.result();
      }
    }
    return einsum.result();
  }

  private List<Einsum> used(Fused op) {
    return op.einsums().stream()
        .filter(einsum -> tape.gradients().used(leaving(op, einsum)))
        .toList();
  }

  private Spread gradient(Compute node, Fused op, Einsum einsum) {
    return tape.gradients().read(node, leaving(op, einsum), true);
  }

  void input(Compute node, Fused op) {
    tape.gradients().reach(op.results().get(0));
    Tensor left = (Tensor) op.einsums().get(0).left();
    Set<String> partial = null;
    for (Einsum e : used(op)) {
      List<Dim> summed = new ArrayList<>(e.result().dims());
      summed.removeAll(left.dims());
      Set<String> own = new TreeSet<>(node.assignment().restrictedTo(summed).splitAxes());
      own.addAll(gradient(node, op, e).sharding().partial());
      Contents.require(
          partial == null || partial.equals(own),
          node,
          "adds products that are partial over " + partial + " and over " + own);
      partial = own;
    }
    tape.make(
        node,
        left,
        node.assignment().restrictedTo(left.dims()).withPartial(partial),
        rank ->
            used(op).stream()
                .map(
                    e ->
                        Array.einsum(
                            left.dims(),
                            gradient(node, op, e).part(rank),
                            tape.read(node, e.right(), rank)))
                .reduce(Array::plus)
                .orElseThrow());
  }

  void weights(Compute node, Fused op) {
    tape.gradients().reach(op.results().get(0));
    Tensor left = (Tensor) op.einsums().get(0).left();
    for (Einsum e : used(op)) {
      Weight weight = (Weight) e.right();
      boolean frozenBiases =
          op.sums().stream()
              .filter(sum -> sum.result().equals(leaving(op, e)))
              .flatMap(sum -> sum.inputs().stream())
              .noneMatch(operand -> operand instanceof Weight && tape.hasGradient(operand));
      if (frozenBiases && !tape.hasGradient(weight)) {
        continue;
      }
      Spread gradient = gradient(node, op, e);
      if (tape.hasGradient(weight)) {
        tape.makeWeight(
            node,
            weight,
            lies(node, weight, e.result(), left, gradient),
            rank -> Array.einsum(weight.dims(), tape.read(node, left, rank), gradient.part(rank)));
      }
      for (PointWise sum : op.sums()) {
        if (sum.result().equals(leaving(op, e))) {
          for (Operand operand : sum.inputs()) {
            if (operand instanceof Weight bias) {
              tape.makeWeight(
                  node,
                  bias,
                  lies(node, bias, e.result(), sum.result(), gradient),
                  rank -> gradient.part(rank).sumTo(bias.dims()));
            }
          }
        }
      }
    }
  }

  /** Partial over what splits the dimensions that are summed, and where the gradient is. */
  private static Sharding lies(
      Compute node, Weight weight, Tensor one, Tensor other, Spread gradient) {
    Set<String> partial = new TreeSet<>(gradient.sharding().partial());
    for (Tensor tensor : List.of(one, other)) {
      partial.addAll(node.assignment().restrictedTo(tensor.dims()).axesBeyond(weight.dims()));
    }
    return node.assignment().restrictedTo(weight.dims()).withPartial(partial);
  }
}
