package io.heddle.processor.lower;

import io.heddle.processor.lower.NodeList.Kernel;
import io.heddle.processor.lower.NodeList.Placed;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Function;
import io.heddle.processor.model.Operand;
import io.heddle.processor.model.Operation.PointWise;
import io.heddle.processor.model.Tensor;
import io.heddle.processor.model.Weight;
import io.heddle.processor.program.KernelFunction;
import io.heddle.processor.program.LocalNode.Read;
import io.heddle.processor.program.LocalNode.Shape;
import io.heddle.processor.program.Sharding;
import io.heddle.processor.program.Size;
import io.heddle.processor.program.Value;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The backward pass of a point-wise kernel: one kernel for the gradients of all that it read. A sum
 * needs none: its gradient is that of its terms. Weights that the kernel adds get the sum over all
 * other dimensions, in the same kernel where it lies as they do.
 */
final class PointWiseBackward {
  private final BlockContext context;
  private final NodeList nodes;
  private final Gradients gradients;
  private final BackwardPass backward;
  private final PointWise op;
  private final Placed gradient;

  PointWiseBackward(
      BlockContext context,
      NodeList nodes,
      Gradients gradients,
      BackwardPass backward,
      PointWise op,
      Placed gradient) {
    this.context = context;
    this.nodes = nodes;
    this.gradients = gradients;
    this.backward = backward;
    this.op = op;
    this.gradient = gradient;
  }

  void run() {
    if (op.isSum()) {
      sum();
      return;
    }
    List<Assignments.Placed> operands = new ArrayList<>();
    operands.add(BackwardPass.placed(gradient));
    for (Operand operand : op.inputs()) {
      if (operand instanceof Tensor tensor) {
        operands.add(new Assignments.Placed(tensor.dims(), context.stored.get(tensor)));
      }
    }
    Assignment assigned =
        context.assignments.assign(
            op.span(),
            op.result().dims(),
            Binding.NONE,
            context.storage.pinned(op.result(), false),
            operands);
    Sharding assignment = assigned.sharding();
    List<Value> inputs = new ArrayList<>();
    List<Size> bytes = new ArrayList<>();
    List<Size> results = new ArrayList<>();
    List<Value> added = new ArrayList<>();
    List<Size> read = new ArrayList<>();
    List<Dim> dims = op.result().dims();
    Size elements = assignment.elements(dims);
    Placed ready = context.partialAt(nodes, gradient, assigned, dims);
    Set<String> partial = ready.sharding().partial();
    inputs.add(ready.value());
    bytes.add(NodeList.bytes(gradient, assignment));
    List<Weight> separate = new ArrayList<>();
    int made = 0;
    for (PointWise.Input term : op.terms()) {
      Operand operand = term.operand();
      if (operand instanceof Weight weight && !op.isLinear()) {
        context.checkStays(weight, assignment, op.span());
      }
      if (operand instanceof Tensor tensor) {
        if (isNeeded(term)) {
          inputs.add(backward.saved(tensor, assigned));
          bytes.add(nodes.bytes(tensor, assignment));
        }
        if (context.hasGradient(tensor)) {
          Sharding lies = BackwardPass.gradientOf(tensor.dims(), assignment, partial);
          List<Value> folded = gradients.takeFoldable(tensor, lies);
          Size own = nodes.gradientBytes(tensor, assignment);
          made++;
          results.add(own);
          added.addAll(folded);
          bytes.add(Size.product(Size.of(1L + folded.size()), own));
          folded.forEach(unused -> read.add(Size.product(elements, nodes.elementBytes(tensor))));
        }
      } else if (operand instanceof Weight weight && isMadeBeside(weight, assignment)) {
        made += context.hasGradient(weight) ? 1 : 0;
        bytes.add(nodes.accumulated(weight, assignment));
      } else if (context.hasGradient(operand)) {
        separate.add((Weight) operand);
      }
    }
    inputs.addAll(added);
    bytes.add(Kernels.maskBytes(op.functions(), elements));
    int cost = cost() + added.size();
    Size operations = Size.product(Size.of(Math.max(1, cost)), elements);
    Size traffic = Size.sum(bytes);
    Function.Cost declared = Kernels.declared(op.functions());
    if (declared != null) {
      Size more = Size.product(Size.of(added.size()), elements);
      operations = Size.sum(times(made, declared.flops(), declared, assignment), more);
      traffic = Size.sum(times(made, declared.bytes(), declared, assignment), Size.sum(read));
    }
    Value value =
        nodes.compute(
            new Kernel(
                    op.name() + ".dx",
                    KernelFunction.pointWise(Kernels.title(op.functions())),
                    new Shape.Elements(elements),
                    operations,
                    traffic,
                    Size.ZERO,
                    assignment,
                    op.span())
                .making(Size.sum(results)),
            "d" + op.name() + "Inputs",
            inputs);
    for (Operand operand : op.inputs()) {
      Sharding lies = BackwardPass.gradientOf(operand.dims(), assignment, partial);
      if (operand instanceof Tensor tensor) {
        gradients.add(tensor, lies, value);
      } else if (!separate.contains((Weight) operand)) {
        backward.weightGradient((Weight) operand, lies, op.span());
      }
    }
    separate.forEach(this::bias);
  }

  /** A declared operation does its work again for each gradient. */
  private static Size times(
      int count, Function.Part cost, Function.Cost declared, Sharding assignment) {
    return Size.product(Size.of(count), Kernels.declared(cost, declared, assignment));
  }

  /** Whether a gradient that is made depends on an input: not on one that is only added. */
  private boolean isNeeded(PointWise.Input term) {
    return op.terms().stream()
        .filter(other -> context.hasGradient(other.operand()))
        .anyMatch(other -> other.needs().contains(term.operand()));
  }

  /** Operations for each element: a product takes one for the gradient of each of its factors. */
  private int cost() {
    long wanted =
        op.terms().stream()
            .filter(term -> !op.isAddend(term) && context.hasGradient(term.operand()))
            .count();
    int cost = Kernels.backwardCost(op.functions());
    return wanted > 1 ? cost : cost - Collections.frequency(op.functions(), Function.MULTIPLY);
  }

  /** Whether the kernel can add up the weight's gradient from what it has at hand. */
  private boolean isMadeBeside(Weight weight, Sharding assignment) {
    Map<Dim, List<String>> bound = context.storage.gradientBinding(weight).axes();
    return bound.entrySet().stream()
        .allMatch(entry -> assignment.of(entry.getKey()).equals(entry.getValue()));
  }

  /** The gradient of a sum is that of each of its terms. */
  private void sum() {
    for (Operand operand : op.inputs()) {
      if (!context.hasGradient(operand)) {
        continue;
      }
      if (operand instanceof Weight weight) {
        bias(weight);
      } else if (operand.dims().size() == op.result().dims().size()) {
        gradients.pass((Tensor) operand, gradient, op.span());
      } else {
        broadcast((Tensor) operand);
      }
    }
  }

  /** A tensor that was broadcast gets the sum over the dimensions it lacks. */
  private void broadcast(Tensor tensor) {
    Assignment assigned =
        context.assignments.assign(
            op.span(),
            op.result().dims(),
            Binding.NONE,
            null,
            List.of(BackwardPass.placed(gradient)));
    Sharding assignment = assigned.sharding();
    Value input = backward.read(gradient, assigned);
    Size elements = assignment.elements(op.result().dims());
    Size read = NodeList.bytes(gradient, assignment);
    Size made = nodes.gradientBytes(tensor, assignment);
    Value value =
        nodes.compute(
            new Kernel(
                    "sum.d" + tensor.name(),
                    KernelFunction.reduction("sum"),
                    new Shape.Elements(elements),
                    elements,
                    Size.sum(read, made),
                    Size.ZERO,
                    assignment,
                    op.span())
                .making(made),
            "d" + tensor.name(),
            List.of(input));
    gradients.add(tensor, BackwardPass.gradientOf(tensor.dims(), assignment, Set.of()), value);
  }

  /**
   * The gradient of a weight by a kernel of its own: the sum over all other dimensions, of the
   * gradient itself where the weight is only added, else of what the derivative makes of it.
   */
  private void bias(Weight weight) {
    List<Dim> dims = op.result().dims();
    Binding bound = context.storage.gradientBinding(weight);
    Assignment assigned =
        context.assignments.assign(
            op.span(), dims, bound, null, List.of(BackwardPass.placed(gradient)));
    Sharding assignment = assigned.sharding();
    List<Value> inputs = new ArrayList<>(List.of(backward.read(gradient, assigned)));
    List<Read> reads = new ArrayList<>(List.of(BackwardPass.readOf(gradient, inputs.get(0))));
    List<Size> bytes = new ArrayList<>(List.of(Kernels.bytes(dims, assignment, gradient.format())));
    if (!op.isLinear()) {
      for (PointWise.Input term : op.terms()) {
        if (isNeeded(term)) {
          Operand operand = term.operand();
          bytes.add(nodes.bytes(operand, assignment));
          if (operand instanceof Tensor tensor) {
            Value value = backward.saved(tensor, assigned);
            inputs.add(value);
            reads.add(backward.readOf(tensor, assignment, value));
          } else {
            context.checkStays((Weight) operand, assignment, op.span());
          }
        }
      }
    }
    bytes.add(BackwardPass.accumulated(weight.dims(), assignment));
    Size elements = assignment.elements(dims);
    int cost = op.isSum() ? 1 : Math.max(1, cost());
    Function.Cost declared = Kernels.declared(op.functions());
    Size operations = Size.product(Size.of(cost), elements);
    nodes.compute(
        new Kernel(
                weight.name() + ".dw",
                KernelFunction.reduction(op.isSum() ? "sum" : Kernels.title(op.functions())),
                new Shape.Elements(elements),
                declared == null ? operations : times(1, declared.flops(), declared, assignment),
                declared == null
                    ? Size.sum(bytes)
                    : times(1, declared.bytes(), declared, assignment),
                Size.ZERO,
                assignment,
                op.span())
            .reading(reads)
            .making(Kernels.bytes(weight.dims(), assignment, Size.Format.GRADIENT)),
        "d" + weight.name(),
        inputs);
    backward.weightGradient(
        weight, BackwardPass.gradientOf(weight.dims(), assignment, Set.of()), op.span());
  }
}
