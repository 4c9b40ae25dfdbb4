package io.heddle.processor.oracle;

import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Operand;
import io.heddle.processor.model.Tensor;
import io.heddle.processor.model.Weight;
import io.heddle.processor.oracle.Problem.Place;
import io.heddle.processor.program.LocalNode.Compute;
import io.heddle.processor.program.Sharding;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntFunction;

/** What a kernel of the backward pass reads and makes. */
final class Tape {
  private final RankRun run;
  private final Place place;
  private final ForwardRun forward;
  private final Contents contents;
  private final GradientTerms gradients;

  Tape(RankRun run, ForwardRun forward, Contents contents) {
    this.run = run;
    this.place = forward.place();
    this.forward = forward;
    this.contents = contents;
    this.gradients = new GradientTerms(run.grid(), forward, contents);
  }

  RankRun run() {
    return run;
  }

  Grid grid() {
    return run.grid();
  }

  ForwardRun forward() {
    return forward;
  }

  Contents contents() {
    return contents;
  }

  GradientTerms gradients() {
    return gradients;
  }

  /** The whole of a tensor of the forward pass. */
  Array whole(Tensor tensor) {
    return run.whole().tensor(place, tensor);
  }

  /** The gradient of a result, whose uses are all behind. */
  Spread gradient(Compute node, Tensor of) {
    gradients.reach(of);
    return gradients.read(node, of, false);
  }

  /** A tensor of the forward pass as the node reads it. */
  Spread saved(Compute node, Tensor tensor) {
    return saved(node, tensor, node.assignment());
  }

  /** As the other, where the node reads operands under different assignments. */
  Spread saved(Compute node, Tensor tensor, Sharding assignment) {
    Sharding wanted = assignment.restrictedTo(tensor.dims());
    Spread found = contents.find(node, tensor.name(), wanted);
    return Contents.sliced(found != null ? found : forward.saved(tensor, wanted), wanted, node);
  }

  /** The rank's part of an operand of the forward pass. */
  Array read(Compute node, Operand operand, int rank) {
    return operand instanceof Weight weight
        ? run.weight(place, weight, node, rank)
        : saved(node, (Tensor) operand).part(rank);
  }

  /** A gradient is partial over the axes of all dimensions that its tensor lacks. */
  static Sharding lies(Sharding assignment, List<Dim> dims) {
    Set<String> partial = new TreeSet<>(assignment.axesBeyond(dims));
    return assignment.restrictedTo(dims).withPartial(partial);
  }

  /** Whether an operand is a trained weight, or made of one. */
  boolean hasGradient(Operand operand) {
    return new TrainedOperands(forward.program(), run.problem().program().plan()).has(operand);
  }

  void make(Compute node, Tensor of, IntFunction<Array> part) {
    make(node, of, lies(node.assignment(), of.dims()), part);
  }

  void make(Compute node, Tensor of, Sharding lies, IntFunction<Array> part) {
    if (hasGradient(of)) {
      gradients.make(node, of, Spread.of(grid(), of.dims(), lies, part));
    }
  }

  /** As {@link #make}, by a kernel that adds no other terms to its own. */
  void makeAlone(Compute node, Tensor of, IntFunction<Array> part) {
    makeAlone(node, of, lies(node.assignment(), of.dims()), part);
  }

  void makeAlone(Compute node, Tensor of, Sharding lies, IntFunction<Array> part) {
    if (hasGradient(of)) {
      gradients.arrive(of, node.output(), Spread.of(grid(), of.dims(), lies, part));
    }
  }

  void makeWeight(Compute node, Weight weight, IntFunction<Array> part) {
    makeWeight(node, weight, lies(node.assignment(), weight.dims()), part);
  }

  void makeWeight(Compute node, Weight weight, Sharding lies, IntFunction<Array> part) {
    if (hasGradient(weight)) {
      run.weightGradient(place, weight, Spread.of(grid(), weight.dims(), lies, part), node);
    }
  }
}
