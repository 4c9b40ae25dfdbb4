package io.heddle.processor.lower;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.lower.NodeList.Kernel;
import io.heddle.processor.lower.NodeList.Placed;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Function;
import io.heddle.processor.model.InferenceOperation.Append;
import io.heddle.processor.model.InferenceOperation.Sample;
import io.heddle.processor.model.Operand;
import io.heddle.processor.model.Operation.Alias;
import io.heddle.processor.model.Operation.Attend;
import io.heddle.processor.model.Operation.Combine;
import io.heddle.processor.model.Operation.Concat;
import io.heddle.processor.model.Operation.CrossEntropy;
import io.heddle.processor.model.Operation.Declared;
import io.heddle.processor.model.Operation.Dispatch;
import io.heddle.processor.model.Operation.Einsum;
import io.heddle.processor.model.Operation.Fused;
import io.heddle.processor.model.Operation.Lookup;
import io.heddle.processor.model.Operation.Loss;
import io.heddle.processor.model.Operation.Norm;
import io.heddle.processor.model.Operation.PointWise;
import io.heddle.processor.model.Operation.Reduce;
import io.heddle.processor.model.Operation.Select;
import io.heddle.processor.model.Operation.Slice;
import io.heddle.processor.model.Operation.SquaredError;
import io.heddle.processor.model.OperationVisitor;
import io.heddle.processor.model.Tensor;
import io.heddle.processor.model.Weight;
import io.heddle.processor.program.CollectiveKind;
import io.heddle.processor.program.KernelFunction;
import io.heddle.processor.program.LocalNode.Shape;
import io.heddle.processor.program.Origin;
import io.heddle.processor.program.Pass;
import io.heddle.processor.program.Product;
import io.heddle.processor.program.Saved;
import io.heddle.processor.program.Section;
import io.heddle.processor.program.Sharding;
import io.heddle.processor.program.Size;
import io.heddle.processor.program.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Lowers the operations of a block in their order. */
final class ForwardPass implements OperationVisitor {
  private final BlockContext context;
  private final NodeList nodes;
  private final java.util.function.Function<Tensor, @Nullable Placed> elsewhere;
  private final Map<Tensor, Placed> placed = new HashMap<>();
  private final List<Saved> cached = new ArrayList<>();
  private final List<Value> taken = new ArrayList<>();

  ForwardPass(BlockContext context) {
    this(context, new NodeList(context, Origin.Rule.OPERATION), tensor -> null);
    for (Tensor input : context.block.inputs()) {
      context.stored.put(input, Sharding.WHOLE);
      place(input, Sharding.WHOLE, Value.BEFORE);
    }
    Tensor argument = context.block.argument();
    if (argument != null) {
      Value given = nodes.argument(Section.ARGUMENT);
      Reason stored = context.storage.streamReason(context.block.span());
      store(argument, context.storage.stream(argument.dims()), given, stored);
    }
    List<Tensor> sides = context.block.sides();
    for (int i = 0; i < sides.size(); i++) {
      Value given = nodes.argument(Section.side(i));
      Reason stored = context.storage.streamReason(context.block.span());
      store(sides.get(i), context.storage.stream(sides.get(i).dims()), given, stored);
      taken.add(given);
    }
  }

  /**
   * A pass over some operations of the block only.
   *
   * @param nodes to which theirs are added
   * @param elsewhere the place of a tensor that none of them has made
   */
  ForwardPass(
      BlockContext context,
      NodeList nodes,
      java.util.function.Function<Tensor, @Nullable Placed> elsewhere) {
    this.context = context;
    this.nodes = nodes;
    this.elsewhere = elsewhere;
  }

  NodeList run() {
    context.block.operations().forEach(operation -> operation.accept(this));
    return nodes;
  }

  /** The pass, once it has {@linkplain #run run}. */
  Pass pass() {
    Tensor result = context.block.result();
    Value made =
        result == null
            ? Value.BEFORE
            : nodes
                .at(
                    placeOf(result),
                    context.storage.stream(result.dims()),
                    context.storage.streamReason(context.block.span()))
                .value();
    Value argument = context.block.argument() == null ? Value.BEFORE : Section.ARGUMENT;
    return new Pass(
        Pass.Kind.FORWARD,
        null,
        argument,
        new Pass.Sides(taken, List.of()),
        nodes.nodes(),
        made,
        cached,
        List.of());
  }

  @Override
  public void einsum(Einsum op) {
    List<Dim> dims = Kernels.union(op.left().dims(), op.right().dims());
    Assignment assigned =
        context.assignments.assign(
            op.span(),
            dims,
            binding(op.inputs()),
            context.storage.pinned(op.result(), false),
            operands(op.inputs()));
    Sharding assignment = assigned.sharding();
    List<Value> inputs = op.inputs().stream().map(operand -> read(operand, assigned)).toList();
    Value value = Products.forward(nodes, op, assignment, inputs);
    store(
        op.result(),
        made(op.result(), assignment, op.contracted()),
        value,
        stored(op.result(), assigned));
  }

  @Override
  public void lookup(Lookup op) {
    List<Dim> dims = Kernels.union(op.result().dims(), op.table().dims());
    Assignment assigned =
        context.assignments.assign(
            op.span(),
            dims,
            binding(op.inputs()),
            context.storage.pinned(op.result(), false),
            List.of());
    Sharding assignment = assigned.sharding();
    context.weights.put(op.table(), context.storage.weight(op.table()));
    Value value = Lookups.forward(nodes, op, assignment);
    store(
        op.result(),
        made(op.result(), assignment, List.of(op.rows())),
        value,
        stored(op.result(), assigned));
  }

  @Override
  public void pointWise(PointWise op) {
    PartialTerms reduced = new PartialTerms(context, nodes, op, this::placeOf);
    List<Placed> terms = reduced.whole();
    List<Function> functions = reduced.functions();
    List<Assignments.Placed> operands = new ArrayList<>();
    terms.forEach(term -> operands.add(new Assignments.Placed(term.dims(), term.sharding())));
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
    for (Placed term : terms) {
      inputs.add(nodes.at(term, assignment.restrictedTo(term.dims()), assigned).value());
      bytes.add(Kernels.bytes(term.dims(), assignment, term.format()));
    }
    for (Operand operand : op.inputs()) {
      if (operand instanceof Weight weight) {
        readWeight(weight, assignment, op.span());
        bytes.add(nodes.bytes(weight, assignment));
      }
    }
    bytes.add(nodes.bytes(op.result(), assignment));
    Size elements = assignment.elements(op.result().dims());
    bytes.add(Kernels.maskBytes(functions, elements));
    Function.Cost declared = Kernels.declared(functions);
    Value value =
        nodes.compute(
            new Kernel(
                    op.name(),
                    KernelFunction.pointWise(Kernels.title(functions)),
                    new Shape.Elements(elements),
                    declared == null
                        ? Size.product(
                            Size.of(Math.max(1, Kernels.forwardCost(functions))), elements)
                        : Kernels.declared(declared.flops(), declared, assignment),
                    declared == null
                        ? Size.sum(bytes)
                        : Kernels.declared(declared.bytes(), declared, assignment),
                    Size.ZERO,
                    assignment,
                    op.span())
                .making(nodes.bytes(op.result(), assignment)),
            op.name(),
            inputs);
    store(
        op.result(),
        assignment.restrictedTo(op.result().dims()),
        value,
        stored(op.result(), assigned));
  }

  @Override
  public void norm(Norm op) {
    Assignment assigned =
        context.assignments.assign(
            op.span(),
            op.input().dims(),
            Binding.NONE,
            context.storage.pinned(op.result(), false),
            operands(List.of(op.input())));
    Sharding assignment = assigned.sharding();
    Value input = read(op.input(), assigned);
    Sharding lies = context.stored.get(op.input()).restrictedTo(List.of(op.dim()));
    for (Weight weight : op.weights()) {
      context.weights.put(weight, lies);
      context.checkStays(weight, assignment, op.span());
    }
    Value value = Norms.forward(nodes, op, assignment, input);
    store(
        op.result(),
        assignment.restrictedTo(op.result().dims()),
        value,
        stored(op.result(), assigned));
  }

  @Override
  public void attend(Attend op) {
    AttentionAssignment sides = AttentionAssignment.of(context, op, operands(op.inputs()));
    List<Value> inputs = new ArrayList<>();
    for (Operand operand : op.inputs()) {
      inputs.add(read(operand, sides.of(op, operand)));
    }
    Attention.Read read = Attention.Read.of(context, nodes, op);
    Value value;
    if (op.selected() != null) {
      value = new SelectedAttention(context, nodes, op, sides, read).forward(inputs);
    } else if (context.plan.activations().unfused()) {
      value = new UnfusedAttention(nodes, op, sides).forward(inputs);
    } else {
      value = Attention.forward(nodes, op, sides, read, inputs);
    }
    store(
        op.result(),
        sides.queries().restrictedTo(op.result().dims()),
        value,
        stored(op.result(), sides.ofQueries()));
  }

  @Override
  public void select(Select op) {
    SelectionAssignment sides = SelectionAssignment.of(context, op, operands(op.inputs()));
    List<Value> inputs = new ArrayList<>();
    for (Tensor tensor : op.tensors()) {
      inputs.add(read(tensor, sides.of(op, tensor)));
    }
    Value value = new Selections(context, nodes, op, sides).forward(inputs);
    store(
        op.result(),
        sides.queries().restrictedTo(op.result().dims()),
        value,
        stored(op.result(), sides.ofQueries()));
  }

  @Override
  public void declared(Declared op) {
    DeclaredAssignment assigned = DeclaredAssignment.of(context, op, operands(op.inputs()));
    DeclaredKernels kernels = new DeclaredKernels(context, nodes, op, assigned);
    List<Value> inputs = new ArrayList<>();
    for (Operand operand : op.inputs()) {
      Value value = read(operand, assigned.assigned());
      inputs.add(value);
      if (operand instanceof Tensor tensor && kernels.passes(tensor)) {
        String halo = "halo." + tensor.name();
        inputs.add(kernels.halo(CollectiveKind.PASS_ON, halo, tensor, value));
      }
    }
    store(
        op.result(),
        made(op.result(), assigned.sharding(), op.added()),
        kernels.forward(inputs),
        stored(op.result(), assigned.assigned()));
  }

  @Override
  public void dispatch(Dispatch op) {
    ExpertTravel travel = new ExpertTravel(context, op);
    Assignment leaving = travel.tokens();
    Sharding tokens = leaving.sharding();
    List<Value> inputs = List.of(read(op.tokens(), leaving), read(op.routing(), leaving));
    Size whole = nodes.bytes(op.tokens(), tokens);
    Value sorted =
        travel.send(nodes, tokens, op.name(), "dispatch", inputs, op.name(), 1, 0, whole);
    Sharding made = context.storage.expertRows(op.result());
    Value came =
        travel.toExperts(nodes, op.name(), op.result().dims(), made, tokens, sorted).value();
    store(op.result(), made, came, stored(op.result(), leaving));
  }

  @Override
  public void combine(Combine op) {
    ExpertTravel travel = new ExpertTravel(context, op.dispatch());
    Assignment leaving = travel.tokens();
    Sharding tokens = leaving.sharding();
    Placed made = placeOf(op.rows());
    Set<String> partial = context.storage.staysPartial(op.rows(), made.sharding());
    Placed rows =
        nodes.at(
            made,
            context.storage.expertRows(op.rows()).withPartial(partial),
            context.storage.reason(op.rows(), op.span(), null));
    Value back = travel.back(nodes, rows, tokens);
    List<Value> inputs = List.of(back, read(op.routing(), leaving));
    Size whole = nodes.bytes(op.result(), tokens);
    Value value = travel.sort(nodes, tokens, op.name(), "combine", inputs, op.name(), 2, 1, whole);
    Set<String> added = new HashSet<>(partial);
    added.addAll(travel.partial());
    Sharding lies = tokens.restrictedTo(op.result().dims()).withPartial(added);
    if (!added.isEmpty() && context.isTerm(op.result())) {
      context.stored.put(op.result(), lies);
      place(op.result(), lies, value);
    } else {
      store(op.result(), lies, value, stored(op.result(), leaving));
    }
  }

  @Override
  public void concat(Concat op) {
    Assignment assigned =
        context.assignments.assign(
            op.span(),
            op.result().dims(),
            Binding.of(Map.of(op.joined(), List.of()), Origin.Rule.KEPT_WHOLE, null),
            context.storage.pinned(op.result(), false),
            operands(op.inputs()));
    Sharding assignment = assigned.sharding();
    List<Value> inputs = op.parts().stream().map(part -> read(part, assigned)).toList();
    Value value = Concats.forward(nodes, op, assignment, inputs);
    store(
        op.result(),
        assignment.restrictedTo(op.result().dims()),
        value,
        stored(op.result(), assigned));
  }

  @Override
  public void slice(Slice op) {
    Assignment assigned =
        context.assignments.assign(
            op.span(),
            Slices.dims(op),
            Slices.binding(op),
            context.storage.pinned(op.result(), false),
            operands(op.inputs()));
    Value value = Slices.forward(nodes, op, assigned.sharding(), read(op.input(), assigned));
    Sharding made = assigned.sharding().restrictedTo(op.result().dims());
    store(op.result(), made, value, stored(op.result(), assigned));
  }

  @Override
  public void reduce(Reduce op) {
    Assignment assigned =
        context.assignments.assign(
            op.span(),
            op.input().dims(),
            Binding.NONE,
            context.storage.pinned(op.result(), false),
            operands(op.inputs()));
    Sharding assignment = assigned.sharding();
    Value input = read(op.input(), assigned);
    Value value = Reductions.forward(nodes, op, assignment, input);
    List<Dim> added = op.kind().isLinear() ? List.of(op.over()) : List.of();
    store(op.result(), made(op.result(), assignment, added), value, stored(op.result(), assigned));
  }

  @Override
  public void alias(Alias op) {
    Placed input = placeOf(op.input());
    if (Aliases.isOnlyName(context, op)) {
      context.alias(op.result(), op.input());
      context.stored.put(op.result(), input.sharding());
      placed.put(op.result(), input);
    } else {
      store(
          op.result(),
          Aliases.forward(op, input.sharding()),
          input.value(),
          context.storage.reason(op.result(), op.span(), null));
    }
  }

  @Override
  public void append(Append op) {
    List<Dim> dims = Caches.dims(op);
    Assignment assigned =
        context.assignments.assign(
            op.span(), dims, Caches.binding(op), null, operands(op.inputs()));
    Sharding assignment = assigned.sharding();
    List<Value> inputs = op.tokens().stream().map(token -> read(token, assigned)).toList();
    Value value = Caches.append(nodes, op, assignment, context.plan.inference(), inputs);
    for (Tensor result : op.results()) {
      Sharding made = assignment.restrictedTo(result.dims());
      context.stored.put(result, made);
      place(result, made, value);
      if (op.caches().contains(result)) {
        cached.add(Caches.saved(op, result, made, context.plan.inference()));
      }
    }
  }

  @Override
  public void sample(Sample op) {
    Assignment assigned =
        context.assignments.assign(
            op.span(),
            op.logits().dims(),
            Binding.of(Map.of(op.dim(), List.of()), Origin.Rule.KEPT_WHOLE, null),
            null,
            operands(op.inputs()));
    Value input = read(op.logits(), assigned);
    Sampling.forward(nodes, op, assigned.sharding(), input);
  }

  @Override
  public void crossEntropy(CrossEntropy op) {
    Assignment assigned = assignment(op);
    Losses.forward(nodes, op, assigned.sharding(), read(op.input(), assigned));
  }

  @Override
  public void squaredError(SquaredError op) {
    Assignment assigned = assignment(op);
    SquaredErrors.forward(nodes, op, assigned.sharding(), read(op.input(), assigned));
  }

  private Assignment assignment(Loss op) {
    return context.assignments.assign(
        op.span(), op.input().dims(), Binding.NONE, null, operands(op.inputs()));
  }

  @Override
  public void fused(Fused op) {
    Assignment assigned =
        FusedKernel.assign(
            context, op, FusedKernel.weightBinding(context, op, false), operands(op.inputs()));
    Sharding assignment = assigned.sharding();
    List<Value> inputs = new ArrayList<>();
    List<Size> bytes = new ArrayList<>();
    for (Operand operand : op.inputs()) {
      inputs.add(read(operand, assigned));
      bytes.add(nodes.bytes(operand, assignment));
    }
    List<Tensor> leaving =
        op.results().stream().filter(result -> !context.isInsideFused(result)).toList();
    Size written =
        Size.sum(leaving.stream().map(result -> nodes.bytes(result, assignment)).toList());
    bytes.add(written);
    Set<String> partial = FusedKernel.partialAxes(op, assignment);
    if (!op.sums().isEmpty() && !partial.isEmpty()) {
      context
          .diagnostics
          .report(Code.COLLECTIVE_IN_FUSED, op.span(), op.name(), String.join(", ", partial))
          .help("move what follows the products out of `fused`")
          .add();
    }
    Size matmul = FusedKernel.matmulOperations(op.einsums(), assignment);
    List<Size> operations = new ArrayList<>(List.of(matmul));
    for (PointWise sum : op.sums()) {
      operations.add(
          Size.product(
              Size.of(Kernels.forwardCost(sum.functions())),
              assignment.elements(sum.result().dims())));
    }
    Value value =
        nodes.compute(
            new Kernel(
                op.name(),
                KernelFunction.GEMM,
                FusedKernel.forwardShape(op.einsums(), assignment),
                Size.sum(operations),
                Size.sum(bytes),
                matmul,
                assignment,
                op.span(),
                new Product(
                    nodes.operands(op.inputs(), assignment),
                    leaving.stream().map(Tensor::dims).toList(),
                    written)),
            op.name(),
            inputs);
    for (Tensor result : leaving) {
      Sharding made = assignment.restrictedTo(result.dims()).withPartial(partial);
      store(result, made, value, stored(result, assigned));
    }
  }

  /** How a result lies when its operation has made it. */
  private static Sharding made(Tensor result, Sharding assignment, List<Dim> contracted) {
    return assignment
        .restrictedTo(result.dims())
        .withPartial(assignment.restrictedTo(contracted).splitAxes());
  }

  /** Why the result of an operation is brought to where it is stored. */
  private Reason stored(Tensor result, Assignment maker) {
    return context.storage.reason(result, maker.statement(), maker);
  }

  /**
   * Notes where a tensor is, and brings it to where it is stored.
   *
   * @param reason of the storage
   */
  private void store(Tensor result, Sharding made, Value value, Reason reason) {
    if (context.isOnlyTerm(result) || !context.storage.staysPartial(result, made).isEmpty()) {
      context.stored.put(result, made);
      place(result, made, value);
      return;
    }
    Sharding target = context.storage.tensor(result, made);
    Placed stored = nodes.at(nodes.placed(result, made, value), target, reason);
    context.stored.put(result, target);
    place(result, target, stored.value());
  }

  /** A tensor where it is stored. */
  Placed placeOf(Tensor tensor) {
    Placed made = placed.get(tensor);
    return Objects.requireNonNull(made != null ? made : elsewhere.apply(tensor), tensor.name());
  }

  private void place(Tensor tensor, Sharding sharding, Value value) {
    placed.put(tensor, nodes.placed(tensor, sharding, value));
  }

  /** Brings an operand to where an operation reads it. */
  private Value read(Operand operand, Assignment assigned) {
    Sharding assignment = assigned.sharding();
    if (operand instanceof Weight weight) {
      readWeight(weight, assignment, assigned.statement());
      return Value.BEFORE;
    }
    Placed tensor = placeOf((Tensor) operand);
    return nodes.at(tensor, assignment.restrictedTo(operand.dims()), assigned).value();
  }

  private void readWeight(Weight weight, Sharding assignment, Span span) {
    context.weights.putIfAbsent(weight, context.storage.weight(weight));
    context.checkStays(weight, assignment, span);
  }

  private Binding binding(List<Operand> operands) {
    Binding bound = Binding.NONE;
    for (Operand operand : operands) {
      if (operand instanceof Weight weight) {
        bound = bound.and(context.storage.binding(weight));
      }
    }
    return bound;
  }

  private List<Assignments.Placed> operands(List<Operand> operands) {
    List<Assignments.Placed> found = new ArrayList<>();
    for (Operand operand : operands) {
      if (operand instanceof Tensor tensor) {
        found.add(new Assignments.Placed(tensor.dims(), placeOf(tensor).sharding()));
      }
    }
    return found;
  }
}
