package io.heddle.processor.oracle;

import io.heddle.processor.model.Operand;
import io.heddle.processor.model.Operation.Concat;
import io.heddle.processor.model.Operation.PointWise;
import io.heddle.processor.model.Operation.Reduce;
import io.heddle.processor.model.Operation.Slice;
import io.heddle.processor.model.Tensor;
import io.heddle.processor.model.Weight;
import io.heddle.processor.program.LocalNode.Compute;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntFunction;

/** Gradients of what is done to each element by itself. */
final class PointWiseGradients {
  private static final Array NOTHING = Array.of(List.of(), new int[0], index -> 0);

  private final Tape tape;
  private final Set<String> nodes;

  /**
   * @param nodes names of all nodes of the pass
   */
  PointWiseGradients(Tape tape, Set<String> nodes) {
    this.tape = tape;
    this.nodes = nodes;
  }

  boolean derive(Compute node, String name, PointWise op) {
    for (int i = 0; i < op.inputs().size(); i++) {
      Operand operand = op.inputs().get(i);
      boolean bias = operand instanceof Weight && name.equals(operand.name() + ".dw");
      boolean broadcast = op.isSum() && name.equals("sum.d" + operand.name());
      if (bias || broadcast) {
        alone(node, op, i);
        return true;
      }
    }
    if (op.isSum() || !name.equals(op.name() + ".dx")) {
      return false;
    }
    inputs(node, op);
    return true;
  }

  /** A kernel for one input only, which was broadcast. */
  private void alone(Compute node, PointWise op, int of) {
    tape.gradients().reachAfter(op.result());
    Spread gradient = tape.gradients().read(node, op.result(), false);
    IntFunction<Array> part =
        rank ->
            Mathematics.pointWiseGradient(op, of, read(node, op, of, rank), gradient.part(rank));
    if (op.inputs().get(of) instanceof Weight weight) {
      tape.makeWeight(node, weight, part);
    } else {
      tape.make(node, (Tensor) op.inputs().get(of), part);
    }
  }

  private void inputs(Compute node, PointWise op) {
    tape.gradients().reach(op.result());
    boolean linear = op.isLinear() && op.inputs().size() == 1;
    Spread gradient = tape.gradients().read(node, op.result(), linear);
    for (int i = 0; i < op.inputs().size(); i++) {
      int of = i;
      IntFunction<Array> part =
          rank ->
              Mathematics.pointWiseGradient(op, of, read(node, op, of, rank), gradient.part(rank));
      if (op.inputs().get(i) instanceof Tensor tensor) {
        Set<String> partial = new TreeSet<>(node.assignment().axesBeyond(tensor.dims()));
        partial.addAll(gradient.sharding().partial());
        tape.make(
            node, tensor, node.assignment().restrictedTo(tensor.dims()).withPartial(partial), part);
      } else if (!nodes.contains(op.inputs().get(i).name() + ".dw")) {
        tape.makeWeight(node, (Weight) op.inputs().get(i), part);
      }
    }
  }

  /** The inputs that the gradient of one of them needs; no other is there. */
  private List<Array> read(Compute node, PointWise op, int of, int rank) {
    List<Array> inputs = new ArrayList<>();
    for (Operand operand : op.inputs()) {
      boolean needs = op.terms().get(of).needs().contains(operand);
      inputs.add(needs ? tape.read(node, operand, rank) : NOTHING);
    }
    return inputs;
  }

  void reduce(Compute node, Reduce op) {
    Spread gradient = tape.gradient(node, op.result());
    Array result = tape.whole(op.result());
    tape.make(
        node,
        op.input(),
        rank ->
            Reduced.gradient(
                op,
                op.kind().isLinear()
                    ? tape.grid().part(tape.whole(op.input()), node.assignment(), rank)
                    : tape.saved(node, op.input()).part(rank),
                tape.grid().part(result, node.assignment(), rank),
                gradient.part(rank),
                tape.grid().begin(node.assignment(), op.over(), rank),
                tape.grid().size(op.over())));
  }

  void concat(Compute node, Concat op) {
    Spread gradient = tape.gradient(node, op.result());
    for (int i = 0; i < op.parts().size(); i++) {
      int of = i;
      tape.makeAlone(
          node,
          op.parts().get(i),
          rank -> Mathematics.concatGradient(op, of, tape.grid(), gradient.part(rank)));
    }
  }

  void slice(Compute node, Slice op) {
    Spread gradient = tape.gradient(node, op.result());
    tape.make(
        node, op.input(), rank -> Mathematics.sliceGradient(op, gradient.part(rank), tape.grid()));
  }
}
