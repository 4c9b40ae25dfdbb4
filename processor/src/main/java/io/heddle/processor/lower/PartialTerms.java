package io.heddle.processor.lower;

import io.heddle.processor.lower.NodeList.Kernel;
import io.heddle.processor.lower.NodeList.Placed;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Function;
import io.heddle.processor.model.Operation.PointWise;
import io.heddle.processor.model.Tensor;
import io.heddle.processor.program.KernelFunction;
import io.heddle.processor.program.LocalNode.Shape;
import io.heddle.processor.program.Sharding;
import io.heddle.processor.program.Size;
import io.heddle.processor.program.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The tensors that a point-wise kernel reads, partial sums made whole: those that are partial over
 * the same axes are added first, each after its linear functions, and reduced once, straight to
 * where the result is stored.
 */
final class PartialTerms {
  private final BlockContext context;
  private final NodeList nodes;
  private final PointWise op;
  private final List<Placed> whole = new ArrayList<>();
  private final List<Function> functions;

  PartialTerms(
      BlockContext context,
      NodeList nodes,
      PointWise op,
      java.util.function.Function<Tensor, Placed> placed) {
    this.context = context;
    this.nodes = nodes;
    this.op = op;
    this.functions = new ArrayList<>(op.functions());
    Map<Sharding, List<PointWise.Input>> partial = new LinkedHashMap<>();
    for (PointWise.Input input : op.terms()) {
      if (input.operand() instanceof Tensor tensor) {
        Placed term = placed.apply(tensor);
        if (term.sharding().partial().isEmpty()) {
          whole.add(term);
        } else {
          partial.computeIfAbsent(term.sharding(), unused -> new ArrayList<>()).add(input);
        }
      }
    }
    partial.forEach(
        (sharding, group) -> {
          List<Placed> terms =
              group.stream().map(input -> placed.apply((Tensor) input.operand())).toList();
          reduce(terms.size() == 1 ? terms.get(0) : sum(sharding, group, terms), sharding);
        });
  }

  /** What the kernel reads, none of it partial. */
  List<Placed> whole() {
    return whole;
  }

  /** What is left for the kernel to do. */
  List<Function> functions() {
    return functions;
  }

  private void reduce(Placed sum, Sharding sharding) {
    Sharding target = context.storage.tensor(op.result(), sharding);
    whole.add(
        nodes.at(
            sum,
            target.restrictedTo(sum.dims()),
            context.storage.reason(op.result(), op.span(), null)));
  }

  private Placed sum(Sharding sharding, List<PointWise.Input> group, List<Placed> terms) {
    String name = op.result().name() + ".partial";
    List<Function> before = new ArrayList<>();
    group.forEach(input -> before.addAll(input.scaled()));
    before.forEach(functions::remove);
    for (int i = 1; i < terms.size(); i++) {
      functions.remove(Function.ADD);
    }
    List<Dim> dims = op.result().dims();
    Placed sum = new Placed(name, dims, sharding, Value.BEFORE, terms.get(0).format());
    Value value =
        before.isEmpty()
            ? Kernels.addition(nodes, "add." + name, name, sum, terms, op.span())
            : scaledSum(name, sharding, terms, before);
    return new Placed(name, dims, sharding, value, sum.format());
  }

  private Value scaledSum(
      String name, Sharding sharding, List<Placed> terms, List<Function> before) {
    Size elements = sharding.elements(op.result().dims());
    long cost = Kernels.forwardCost(before) + terms.size() - 1L;
    List<Size> bytes = new ArrayList<>();
    bytes.add(Kernels.bytes(op.result().dims(), sharding, terms.get(0).format()));
    terms.forEach(term -> bytes.add(Kernels.bytes(op.result().dims(), sharding, term.format())));
    bytes.add(Kernels.maskBytes(before, elements));
    return nodes.compute(
        new Kernel(
            "add." + name,
            KernelFunction.pointWise(Kernels.title(before) + " add"),
            new Shape.Elements(elements),
            Size.product(Size.of(cost), elements),
            Size.sum(bytes),
            Size.ZERO,
            sharding.withoutPartial(),
            op.span()),
        name,
        terms.stream().map(Placed::value).toList());
  }
}
