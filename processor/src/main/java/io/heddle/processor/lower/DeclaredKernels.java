package io.heddle.processor.lower;

import io.heddle.processor.lower.NodeList.Kernel;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Function;
import io.heddle.processor.model.Operation.Declared;
import io.heddle.processor.model.OwnOperation;
import io.heddle.processor.model.Tensor;
import io.heddle.processor.program.CollectiveKind;
import io.heddle.processor.program.KernelFunction;
import io.heddle.processor.program.LocalNode.Shape;
import io.heddle.processor.program.Origin;
import io.heddle.processor.program.Saved;
import io.heddle.processor.program.Sharding;
import io.heddle.processor.program.Size;
import io.heddle.processor.program.Size.Format;
import io.heddle.processor.program.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * The nodes of a declared operation, and what passes between ranks that share the dimension which
 * it scans, or of which it reads what lies before a part.
 *
 * <p>A scan that is split is three steps: a kernel makes the state that each rank's part leaves
 * behind an empty one, ranks gather these states, and the operation's own kernel, which starts from
 * those of the parts before, adds them up on its way (as for state space models in Dao and Gu 2024,
 * arXiv:2405.21060, section 8.2, and for linear attention in Sun et al. 2025, arXiv:2502.07563,
 * section 3). States are kept and sent in fp32. Backward, gradients of states come from the parts
 * behind in the same way.
 */
final class DeclaredKernels {
  /** Adding up a state of another rank: a product and a sum for each of its elements. */
  private static final int PER_STATE = 2;

  private final BlockContext context;
  private final NodeList nodes;
  private final Declared op;
  private final DeclaredAssignment assigned;

  DeclaredKernels(BlockContext context, NodeList nodes, Declared op, DeclaredAssignment assigned) {
    this.context = context;
    this.nodes = nodes;
    this.op = op;
    this.assigned = assigned;
  }

  /** The kernel of the forward pass. */
  Value forward(List<Value> inputs) {
    List<Value> all = new ArrayList<>(inputs);
    all.addAll(states(op.name(), inputs));
    Size elements = assigned.sharding().elements(op.result().dims());
    return nodes.compute(
        kernel(
                op.name(),
                elements,
                Size.sum(cost(op.of().forward().flops(), op.of().forward()), stateOperations()),
                Size.sum(cost(op.of().forward().bytes(), op.of().forward()), stateBytes()))
            .making(nodes.bytes(op.result(), assigned.sharding())),
        op.name(),
        all);
  }

  /**
   * The kernel of the backward pass.
   *
   * @param inputs the gradient of the result first
   * @param gradients of how many arguments it makes
   * @param made bytes of all of them
   */
  Value backward(List<Value> inputs, int gradients, Size made) {
    String name = op.name() + ".dx";
    List<Value> all = new ArrayList<>(inputs);
    all.addAll(states(name, inputs));
    Function.Cost cost = op.of().backward();
    Size times = Size.of(cost == null ? gradients : 1);
    Function.Cost each = cost == null ? op.of().forward() : cost;
    Size elements = assigned.sharding().elements(op.result().dims());
    return nodes.compute(
        kernel(
                name,
                elements,
                Size.sum(Size.product(times, cost(each.flops(), each)), stateOperations()),
                Size.sum(Size.product(times, cost(each.bytes(), each)), stateBytes()))
            .making(made),
        "d" + op.name() + "Inputs",
        all);
  }

  /** The state that a rank starts from, which its backward pass reads. */
  List<Saved> saved() {
    OwnOperation.Scan scan = op.of().scan();
    if (scan == null || assigned.scanned().isEmpty()) {
      return List.of();
    }
    return List.of(
        new Saved(
            op.name() + ".carry",
            Saved.Kind.STATISTICS,
            Size.product(pieces(scan.over()), stateElements(), statistic())));
  }

  /** The states of all parts; nothing where a rank has the whole dimension. */
  private List<Value> states(String name, List<Value> inputs) {
    OwnOperation.Scan scan = op.of().scan();
    List<String> axes = assigned.scanned();
    if (scan == null || axes.isEmpty()) {
      return List.of();
    }
    Size split = Size.smaller(Size.of(1), others(), op.span());
    Size elements = Size.product(pieces(scan.over()), stateElements());
    Value own =
        nodes.compute(
            kernel(
                    name + ".carry",
                    elements,
                    Size.product(split, cost(scan.cost().flops(), scan.cost())),
                    Size.product(split, cost(scan.cost().bytes(), scan.cost())))
                .making(Size.product(elements, statistic())),
            name + ".carry",
            inputs);
    List<Dim> dims = scan.carry().get(0);
    return List.of(
        nodes.passed(
            CollectiveKind.ALL_GATHER,
            new NodeList.Placed(
                name + ".carry",
                dims,
                assigned.sharding().restrictedTo(dims),
                own,
                Format.STATISTIC),
            Size.product(elements, statistic()),
            axes,
            context.origin(op.span(), Origin.Rule.STATE, assigned.assigned(), axes)));
  }

  /**
   * What lies before each part of a tensor, from the rank that has it; backward, its gradient goes
   * there.
   *
   * @param kind to the next rank or to the one before
   * @param name of what is passed
   * @param made by what
   */
  Value halo(CollectiveKind kind, String name, Tensor tensor, Value made) {
    Sharding lies = assigned.sharding().restrictedTo(tensor.dims());
    return nodes.passed(
        kind,
        new NodeList.Placed(name, tensor.dims(), lies, made, nodes.format(tensor)),
        Size.product(haloElements(tensor), nodes.elementBytes(tensor)),
        assigned.halo(),
        context.origin(op.span(), Origin.Rule.HALO, assigned.assigned(), assigned.halo()));
  }

  /** The kernel that adds the gradient of what the next rank read of a tensor to its own. */
  Value addHalo(Tensor tensor, Value own, Value came) {
    Size elements = haloElements(tensor);
    Size bytes = Size.product(Size.of(3), elements, nodes.elementBytes(tensor));
    return nodes.compute(
        new Kernel(
                op.name() + ".dx.halo." + tensor.name(),
                KernelFunction.ADD,
                new Shape.Elements(elements),
                elements,
                bytes,
                Size.ZERO,
                assigned.sharding(),
                op.span())
            .making(Size.ZERO),
        "d" + tensor.name(),
        List.of(own, came));
  }

  /** Whether what lies before a part of the tensor comes from another rank. */
  boolean passes(Tensor tensor) {
    OwnOperation.Halo halo = op.of().halo();
    return halo != null && !assigned.halo().isEmpty() && tensor.dims().contains(halo.over());
  }

  private Size haloElements(Tensor tensor) {
    OwnOperation.Halo halo = op.of().halo();
    if (halo == null) {
      return Size.ZERO;
    }
    List<Dim> rest = new ArrayList<>(tensor.dims());
    rest.remove(halo.over());
    return Size.product(
        pieces(halo.over()),
        Kernels.declared(halo.places(), op.of().forward(), Sharding.WHOLE),
        assigned.sharding().elements(rest));
  }

  private Size pieces(Dim over) {
    return Size.of(context.plan.pieces(over));
  }

  private Size others() {
    return Size.sum(new Size.Ranks(nodes.inLayoutOrder(assigned.scanned())), Size.of(-1));
  }

  private Size stateElements() {
    OwnOperation.Scan scan = op.of().scan();
    return scan == null
        ? Size.ZERO
        : Size.sum(scan.carry().stream().map(dims -> assigned.sharding().elements(dims)).toList());
  }

  private Size stateOperations() {
    OwnOperation.Scan scan = op.of().scan();
    return scan == null || assigned.scanned().isEmpty()
        ? Size.ZERO
        : Size.product(Size.of(PER_STATE), pieces(scan.over()), others(), stateElements());
  }

  private Size stateBytes() {
    OwnOperation.Scan scan = op.of().scan();
    return scan == null || assigned.scanned().isEmpty()
        ? Size.ZERO
        : Size.product(pieces(scan.over()), others(), stateElements(), statistic());
  }

  private static Size statistic() {
    return new Size.ElementBytes(Format.STATISTIC);
  }

  private Size cost(Function.Part part, Function.Cost of) {
    return Kernels.declared(part, of, assigned.sharding());
  }

  private Kernel kernel(String name, Size elements, Size operations, Size bytes) {
    return new Kernel(
        name,
        KernelFunction.pointWise(op.of().name()),
        new Shape.Elements(elements),
        operations,
        bytes,
        Size.ZERO,
        assigned.sharding(),
        op.span());
  }
}
