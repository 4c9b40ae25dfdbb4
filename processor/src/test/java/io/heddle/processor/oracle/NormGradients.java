package io.heddle.processor.oracle;

import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Operation.CrossEntropy;
import io.heddle.processor.model.Operation.Norm;
import io.heddle.processor.model.Operation.SquaredError;
import io.heddle.processor.program.LocalNode.Compute;
import io.heddle.processor.program.Sharding;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Gradients of normalisations and of the loss. */
final class NormGradients {
  private final Tape tape;

  NormGradients(Tape tape) {
    this.tape = tape;
  }

  private Normalisation local(Compute node, Norm op, int rank) {
    List<Array> weights = new ArrayList<>();
    op.weights().forEach(weight -> weights.add(tape.read(node, weight, rank)));
    return new Normalisation(
        op,
        tape.read(node, op.input(), rank),
        weights,
        kept(node, op, rank),
        tape.grid().size(op.dim()));
  }

  /** Sums of the forward pass, which it leaves for the backward. */
  private List<Array> kept(Compute node, Norm op, int rank) {
    return Normalisation.statistics(op, tape.whole(op.input())).stream()
        .map(sum -> tape.grid().part(sum, node.assignment(), rank))
        .toList();
  }

  void statistics(Compute node, Norm op) {
    Spread gradient = tape.gradient(node, op.result());
    List<Dim> rest = Mathematics.without(op.input().dims(), op.dim());
    Sharding lies =
        node.assignment().restrictedTo(rest).withPartial(node.assignment().of(op.dim()));
    List<Spread> sums = new ArrayList<>();
    for (int i = 0; i < op.kind().backwardStatistics(); i++) {
      int statistic = i;
      sums.add(
          Spread.of(
              tape.grid(),
              rest,
              lies,
              rank ->
                  local(node, op, rank).gradientStatistics(gradient.part(rank)).get(statistic)));
    }
    tape.contents().putStatistics(node.output(), sums);
  }

  /** Where no statistics are added up over ranks, a term of the gradient gives a term of these. */
  void inputs(Compute node, Norm op) {
    tape.gradients().reach(op.result());
    List<Spread> sums = tape.contents().findStatistics(node);
    Spread gradient = tape.gradients().read(node, op.result(), sums == null);
    Contents.require(
        sums != null || node.assignment().of(op.dim()).isEmpty(), node, "lacks its sums");
    makeWeights(node, op, gradient);
    tape.make(
        node,
        op.input(),
        lies(node, op.input().dims(), gradient),
        rank -> {
          Normalisation norm = local(node, op, rank);
          List<Array> all =
              sums == null
                  ? norm.gradientStatistics(gradient.part(rank))
                  : sums.stream().map(sum -> sum.part(rank)).toList();
          return norm.gradient(gradient.part(rank), all);
        });
  }

  /** The gradients of the weights alone: those of parts of the normalised dimension are whole. */
  void weights(Compute node, Norm op) {
    tape.gradients().reach(op.result());
    makeWeights(node, op, tape.gradients().read(node, op.result(), true));
  }

  private void makeWeights(Compute node, Norm op, Spread gradient) {
    for (int i = 0; i < op.weights().size(); i++) {
      int weight = i;
      tape.makeWeight(
          node,
          op.weights().get(i),
          lies(node, op.weights().get(i).dims(), gradient),
          rank -> local(node, op, rank).weightGradient(weight, gradient.part(rank)));
    }
  }

  /** Partial over what splits the dimensions that are summed, and where the gradient is. */
  private static Sharding lies(Compute node, List<Dim> dims, Spread gradient) {
    Set<String> partial = new TreeSet<>(node.assignment().axesBeyond(dims));
    partial.addAll(gradient.sharding().partial());
    return node.assignment().restrictedTo(dims).withPartial(partial);
  }

  void crossEntropy(Compute node, CrossEntropy op) {
    Spread logits = tape.saved(node, op.input());
    List<Dim> tokens = Mathematics.without(op.input().dims(), op.dim());
    Array sums = tape.whole(op.input()).map(Math::exp).sumTo(tokens);
    Array targets = WholeRun.targets(tape.run().problem(), op);
    tape.make(
        node,
        op.input(),
        rank ->
            logits
                .part(rank)
                .map(Math::exp)
                .with(tape.grid().part(sums, node.assignment(), rank), (a, b) -> a / b)
                .with(tape.grid().part(targets, node.assignment(), rank), (a, b) -> a - b));
  }

  void squaredError(Compute node, SquaredError op) {
    Spread made = tape.saved(node, op.input());
    Array targets = WholeRun.targets(tape.run().problem(), op);
    tape.make(
        node,
        op.input(),
        rank ->
            made.part(rank)
                .with(tape.grid().part(targets, node.assignment(), rank), (a, b) -> a - b));
  }
}
