package io.heddle.processor.lower;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.lower.NodeList.Placed;
import io.heddle.processor.model.Block;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Operand;
import io.heddle.processor.model.Operation;
import io.heddle.processor.model.Operation.Einsum;
import io.heddle.processor.model.Operation.Fused;
import io.heddle.processor.model.Operation.PointWise;
import io.heddle.processor.model.Plan;
import io.heddle.processor.model.Tensor;
import io.heddle.processor.model.TrainedTensors;
import io.heddle.processor.model.Weight;
import io.heddle.processor.program.Origin;
import io.heddle.processor.program.Sharding;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What the forward pass of a block finds out and its backward pass needs. */
final class BlockContext {
  final Block block;
  final Plan plan;
  final Storage storage;
  final Assignments assignments;
  final Diagnostics diagnostics;
  final TensorFormats formats;

  /** Where each tensor lies once it is made. */
  final Map<Tensor, Sharding> stored = new HashMap<>();

  /** Where each weight lies. */
  final Map<Weight, Sharding> weights = new LinkedHashMap<>();

  /** What each tensor really is that is another one under a second name. */
  private final Map<Tensor, Tensor> names = new HashMap<>();

  private final Set<Tensor> terms = new HashSet<>();
  private final Set<Tensor> onlyTerms = new HashSet<>();
  private final Set<Tensor> insideFused = new HashSet<>();
  private final Set<Tensor> trained;

  BlockContext(Block block, Plan plan, Storage storage, Diagnostics diagnostics) {
    this.block = block;
    this.plan = plan;
    this.storage = storage;
    this.assignments = new Assignments(plan, diagnostics);
    this.diagnostics = diagnostics;
    this.formats = new TensorFormats(block, plan);
    this.trained = TrainedTensors.of(block, block.upstream(), plan::trains);
    findTerms();
  }

  /** The same after the forward pass, with findings of its own: those of this are known. */
  BlockContext copy() {
    BlockContext copy = new BlockContext(block, plan, storage, new Diagnostics());
    copy.stored.putAll(stored);
    copy.weights.putAll(weights);
    return copy;
  }

  List<String> layout() {
    return plan.axisOrder();
  }

  /**
   * Whether the tensor is a product that is only a term of a sum: it is not stored by itself but
   * reduced, if it is a partial sum, straight to where the sum is stored.
   */
  boolean isOnlyTerm(Tensor tensor) {
    return onlyTerms.contains(tensor);
  }

  /** Whether the tensor, a product's or what comes back from experts, is only a term of a sum. */
  boolean isTerm(Tensor tensor) {
    return terms.contains(tensor);
  }

  /**
   * Whether the operand has a gradient: it is a weight that is trained, or a tensor made of such a
   * weight. What is given to the model has none.
   */
  boolean hasGradient(Operand operand) {
    return operand instanceof Weight weight ? plan.trains(weight) : trained.contains(operand);
  }

  /** Notes that a tensor is another one under a second name. */
  void alias(Tensor name, Tensor tensor) {
    names.put(name, tensor);
  }

  /** The tensor itself, or the one it is another name of. */
  Tensor origin(Tensor tensor) {
    return names.containsKey(tensor) ? origin(names.get(tensor)) : tensor;
  }

  /** Whether the tensor never leaves its fused kernel. */
  boolean isInsideFused(Tensor tensor) {
    return insideFused.contains(tensor);
  }

  /** Of what an operation passes between the ranks along axes that split one of its dimensions. */
  Origin origin(Span statement, Origin.Rule rule, Assignment assigned, List<String> axes) {
    return new Origin(statement, rule, assigned.lines().of(assigned.sharding(), axes.get(0)));
  }

  /** A weight never moves: an operation may slice it, which is free, and nothing else. */
  void checkStays(Weight weight, Sharding assignment, Span span) {
    Sharding read = assignment.restrictedTo(weight.dims());
    for (Reshard.Step step : Reshard.steps(weights.get(weight), read)) {
      if (step.kind() != null) {
        diagnostics
            .report(Code.WEIGHT_WOULD_MOVE, span, weight.name(), String.join(", ", step.axes()))
            .note(weight.span(), "`%s` is declared here".formatted(weight.name()))
            .help(
                takesAxes(assignment, weight, step.axes())
                    .map(
                        dim ->
                            "`%s` takes `%s` in this operation: compute what has `%s` in one of its own"
                                .formatted(dim, String.join(", ", step.axes()), dim))
                    .orElse("pin it so that it lies as the operation needs it"))
            .add();
      }
    }
  }

  /** A dimension that a weight lacks and that is split over axes in its place. */
  private static Optional<Dim> takesAxes(Sharding assignment, Weight weight, List<String> axes) {
    return assignment.split().entrySet().stream()
        .filter(split -> !weight.dims().contains(split.getKey()))
        .filter(split -> split.getValue().stream().anyMatch(axes::contains))
        .map(Map.Entry::getKey)
        .findFirst();
  }

  /**
   * A gradient where a kernel reads it; it stays a partial sum over the axes that the kernel uses
   * for none of {@code dims}.
   */
  Placed partialAt(NodeList nodes, Placed gradient, Assignment assigned, List<Dim> dims) {
    Sharding assignment = assigned.sharding();
    Set<String> partial = new HashSet<>(gradient.sharding().partial());
    partial.removeAll(assignment.restrictedTo(dims).splitAxes());
    Sharding target = assignment.restrictedTo(gradient.dims()).withPartial(partial);
    return nodes.at(gradient, target, assigned);
  }

  private void findTerms() {
    Map<Operand, Integer> uses = new HashMap<>();
    Set<Operand> asTerm = new HashSet<>();
    for (Operation operation : block.operations()) {
      operation.inputs().forEach(input -> uses.merge(input, 1, Integer::sum));
      if (operation instanceof PointWise pointWise) {
        pointWise.terms().stream()
            .filter(pointWise::isAddend)
            .forEach(input -> asTerm.add(input.operand()));
      }
    }
    for (Operation operation : block.operations()) {
      boolean mayStay = operation.mayBePartial() || operation instanceof Operation.Combine;
      if (mayStay && isTermAlone(operation.results().get(0), uses, asTerm)) {
        Tensor result = operation.results().get(0);
        terms.add(result);
        if (operation.mayBePartial()) {
          onlyTerms.add(result);
        }
      }
      if (operation instanceof Fused fused) {
        findInside(fused, uses);
      }
    }
  }

  /** Whether a tensor is read once, as a term of a sum. */
  private boolean isTermAlone(Tensor result, Map<Operand, Integer> uses, Set<Operand> asTerm) {
    return uses.getOrDefault(result, 0) == 1
        && asTerm.contains(result)
        && !result.equals(block.result())
        && storage.pinned(result, false) == null;
  }

  private void findInside(Fused fused, Map<Operand, Integer> uses) {
    for (Einsum einsum : fused.einsums()) {
      boolean usedInside =
          fused.sums().stream().anyMatch(sum -> sum.inputs().contains(einsum.result()));
      boolean usedOutside = uses.getOrDefault(einsum.result(), 0) > 0;
      if (usedInside && !usedOutside && !einsum.result().equals(block.result())) {
        insideFused.add(einsum.result());
      }
    }
  }
}
