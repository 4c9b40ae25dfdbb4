package io.heddle.processor.lower;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.lower.NodeList.Placed;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.InferenceOperation.Append;
import io.heddle.processor.model.InferenceOperation.Sample;
import io.heddle.processor.model.Operation;
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
import io.heddle.processor.model.Upstream;
import io.heddle.processor.model.Weight;
import io.heddle.processor.program.LocalNode.Read;
import io.heddle.processor.program.Origin;
import io.heddle.processor.program.Pass;
import io.heddle.processor.program.Saved;
import io.heddle.processor.program.Section;
import io.heddle.processor.program.Sharding;
import io.heddle.processor.program.Size;
import io.heddle.processor.program.Size.Format;
import io.heddle.processor.program.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Derives the backward pass of a block: its operations in reverse, each giving the gradients of
 * what it read. What forward gathered is gathered again. The collectives that a product's two
 * gradients need stand before both kernels, so that they run beside the kernel before.
 */
final class BackwardPass implements OperationVisitor {
  /** Operations for an element of a row's gradient: the token's times the score, and its way. */
  private static final int ROW_COST = 2;

  /** Operations for an element of a row on the way to the gradient of its score. */
  private static final int SCORE_COST = 2;

  private final BlockContext context;
  private final NodeList nodes;
  private final Gradients gradients;
  private final Map<Weight, Sharding> weightGradients = new LinkedHashMap<>();
  private final SavedTensors saved;

  /** A pass that finds all that it reads of the forward pass. */
  BackwardPass(BlockContext context, NodeList forward) {
    this(context, forward, new NodeList(context, Origin.Rule.BACKWARD), null);
  }

  /**
   * A pass that computes some of what it reads again.
   *
   * @param nodes to which those of both are added
   */
  BackwardPass(
      BlockContext context,
      NodeList forward,
      NodeList nodes,
      @Nullable Recomputation recomputation) {
    this.context = context;
    this.nodes = nodes;
    this.saved = new SavedTensors(context, forward, nodes, recomputation);
    this.gradients = new Gradients(context, nodes);
  }

  /** Derives the pass. To be asked once. */
  Pass pass() {
    Tensor result = context.block.result();
    Value given = Value.BEFORE;
    if (result != null) {
      given = nodes.argument(Section.RESULT_GRADIENT);
      gradients.add(result, context.storage.stream(result.dims()), given);
    }
    List<Value> sides = sidesGiven();
    List<Operation> operations = context.block.operations();
    for (int i = operations.size() - 1; i >= 0; i--) {
      saved.begin(operations.get(i));
      operations.get(i).accept(this);
    }
    Value made = context.block.argument() == null ? Value.BEFORE : made(context.block.argument());
    List<Value> ofSides = context.block.sides().stream().map(this::made).toList();
    return new Pass(
        Pass.Kind.BACKWARD,
        null,
        given,
        new Pass.Sides(sides, ofSides),
        nodes.nodes(),
        made,
        saved.all(),
        List.of());
  }

  /**
   * The gradients that later readers have made of other streams: terms beside this block's. The
   * last of all readers gets none.
   */
  private List<Value> sidesGiven() {
    List<Value> given = new ArrayList<>();
    List<Tensor> sides = context.block.sides();
    for (int i = 0; i < sides.size(); i++) {
      Tensor side = sides.get(i);
      if (context.block.upstream().side(i) == Upstream.Side.ADDED) {
        given.add(nodes.argument(Section.sideGradient(i)));
        gradients.add(side, context.storage.stream(side.dims()), given.get(i));
      } else {
        given.add(Value.BEFORE);
      }
    }
    return given;
  }

  /** The node that makes the gradient of something that the block takes. */
  private Value made(Tensor argument) {
    Placed gradient = gradients.of(argument, context.block.span());
    return gradient == null
        ? Value.BEFORE
        : nodes
            .at(
                gradient,
                context.storage.stream(argument.dims()),
                context.storage.streamReason(context.block.span()))
            .value();
  }

  /** How the gradient of each weight lies, partial over its gradient group. */
  Map<Weight, Sharding> weightGradients() {
    return weightGradients;
  }

  @Override
  public void einsum(Einsum op) {
    Placed gradient = gradients.of(op.result(), op.span());
    if (gradient == null) {
      return;
    }
    new ProductBackward(context, nodes, gradients, this, op, gradient).run();
  }

  @Override
  public void pointWise(PointWise op) {
    Placed gradient = gradients.of(op.result(), staysPartial(op.result()), op.span());
    if (gradient != null) {
      Size elements = gradient.sharding().withoutPartial().elements(op.result().dims());
      Size mask = Kernels.maskBytes(op.functions(), elements);
      if (!mask.equals(Size.ZERO)) {
        saved.beside(new Saved(op.name() + ".mask", Saved.Kind.MASK, mask));
      }
      new PointWiseBackward(context, nodes, gradients, this, op, gradient).run();
    }
  }

  /** How an operation of one input lies when its gradient comes. */
  private Assignment assignment(Span span, Tensor input, Tensor result, Placed gradient) {
    return context.assignments.assign(
        span,
        input.dims(),
        Binding.NONE,
        context.storage.pinned(result, false),
        List.of(placed(gradient), new Assignments.Placed(input.dims(), context.stored.get(input))));
  }

  @Override
  public void norm(Norm op) {
    Placed gradient = gradients.of(op.result(), staysPartial(op.result()), op.span());
    if (gradient == null) {
      return;
    }
    Assignment assigned = assignment(op.span(), op.input(), op.result(), gradient);
    Sharding assignment = assigned.sharding();
    boolean ofInput = context.hasGradient(op.input());
    // Statistics that are added up over ranks are of the whole gradient.
    Placed ready =
        !ofInput || assignment.of(op.dim()).isEmpty()
            ? context.partialAt(nodes, gradient, assigned, op.result().dims())
            : nodes.at(gradient, assignment.restrictedTo(gradient.dims()), assigned);
    Set<String> partial = ready.sharding().partial();
    List<Value> inputs = new ArrayList<>();
    inputs.add(ready.value());
    inputs.add(saved(op.input(), assigned));
    op.weights().forEach(weight -> context.checkStays(weight, assignment, op.span()));
    saved.beside(Norms.saved(op, assignment));
    if (ofInput) {
      Sharding lies = assignment.restrictedTo(op.input().dims()).withPartial(partial);
      List<Value> added = gradients.takeFoldable(op.input(), lies);
      Value value = Norms.backward(nodes, op, assignment, gradient, inputs, added);
      gradients.add(op.input(), lies, value);
    } else {
      List<Read> reads =
          List.of(readOf(gradient, inputs.get(0)), readOf(op.input(), assignment, inputs.get(1)));
      Norms.backwardOfWeights(nodes, op, assignment, gradient, inputs, reads);
    }
    for (Weight weight : op.weights()) {
      weightGradient(weight, gradientOf(weight.dims(), assignment, partial), op.span());
    }
  }

  @Override
  public void attend(Attend op) {
    Placed gradient = gradients.of(op.result(), op.span());
    if (gradient == null) {
      if (op.selected() != null && context.hasGradient(op.selected().indices())) {
        reportUntrained(op, op.selected().indices());
      }
      return;
    }
    new AttentionBackward(context, nodes, gradients, this, op, gradient).run();
  }

  /** What makes the target of a selection is the backward kernel of attention. */
  private void reportUntrained(Attend op, Tensor selection) {
    context
        .diagnostics
        .report(Code.SELECTION_ALONE, op.span(), selection.name())
        .help("train what q, k and v are made of too, or freeze what the selection is made of")
        .add();
  }

  @Override
  public void select(Select op) {
    Placed gradient = gradients.of(op.result(), op.span());
    if (gradient == null) {
      return;
    }
    List<Assignments.Placed> operands = new ArrayList<>();
    operands.add(placed(gradient));
    for (Tensor tensor : op.tensors()) {
      operands.add(new Assignments.Placed(tensor.dims(), context.stored.get(tensor)));
    }
    SelectionAssignment sides = SelectionAssignment.of(context, op, operands);
    List<Value> inputs = new ArrayList<>();
    inputs.add(read(gradient, sides.ofQueries()));
    inputs.add(saved(op.result(), sides.ofQueries()));
    for (Tensor tensor : op.tensors()) {
      inputs.add(saved(tensor, sides.of(op, tensor)));
    }
    Value value = new Selections(context, nodes, op, sides).backward(inputs);
    for (Tensor tensor : op.tensors()) {
      boolean isKey = tensor.equals(op.k());
      Sharding lies = sides.of(op, tensor).sharding();
      Set<String> partial = isKey ? sides.partialKeys(op) : Set.of();
      gradients.add(tensor, gradientOf(tensor.dims(), lies, partial), value);
    }
  }

  @Override
  public void declared(Declared op) {
    Placed gradient = gradients.of(op.result(), op.span());
    if (gradient == null) {
      return;
    }
    new DeclaredBackward(context, nodes, gradients, this, op, gradient).run();
  }

  @Override
  public void lookup(Lookup op) {
    Placed gradient = gradients.of(op.result(), op.span());
    if (gradient == null) {
      return;
    }
    List<Dim> dims = Kernels.union(op.result().dims(), op.table().dims());
    Assignment assigned =
        context.assignments.assign(
            op.span(),
            dims,
            context.storage.gradientBinding(op.table()),
            null,
            List.of(placed(gradient)));
    Sharding assignment = assigned.sharding();
    Lookups.backward(nodes, op, assignment, gradient, read(gradient, assigned));
    weightGradient(op.table(), gradientOf(op.table().dims(), assignment, Set.of()), op.span());
  }

  @Override
  public void append(Append op) {
    throw new IllegalStateException("inference has no backward pass: " + op.name());
  }

  @Override
  public void sample(Sample op) {
    throw new IllegalStateException("inference has no backward pass: " + op.name());
  }

  @Override
  public void crossEntropy(CrossEntropy op) {
    if (!context.hasGradient(op.input())) {
      return;
    }
    Assignment assigned = assignment(op);
    Sharding assignment = assigned.sharding();
    Value input = saved(op.input(), assigned);
    saved.beside(Losses.saved(op, assignment));
    Value value = Losses.backward(nodes, op, assignment, input);
    gradients.add(op.input(), assignment.restrictedTo(op.input().dims()), value);
  }

  @Override
  public void squaredError(SquaredError op) {
    if (!context.hasGradient(op.input())) {
      return;
    }
    Assignment assigned = assignment(op);
    Sharding assignment = assigned.sharding();
    Value value = SquaredErrors.backward(nodes, op, assignment, saved(op.input(), assigned));
    gradients.add(op.input(), assignment.restrictedTo(op.input().dims()), value);
  }

  /** A loss begins the backward pass, as its input lies. */
  private Assignment assignment(Loss op) {
    Assignments.Placed input =
        new Assignments.Placed(op.input().dims(), context.stored.get(op.input()));
    return context.assignments.assign(
        op.span(), op.input().dims(), Binding.NONE, null, List.of(input));
  }

  @Override
  public void combine(Combine op) {
    Placed gradient = gradients.of(op.result(), op.span());
    if (gradient == null) {
      return;
    }
    ExpertTravel travel = new ExpertTravel(context, op.dispatch());
    Assignment leaving = travel.tokens();
    Sharding tokens = leaving.sharding();
    List<Value> inputs = new ArrayList<>(List.of(read(gradient, leaving)));
    boolean ofRouting = context.hasGradient(op.routing());
    if (ofRouting) {
      saved.beside(travel.saved(op.rows().name(), tokens));
    }
    Size whole = NodeList.bytes(gradient, tokens);
    String operation = op.name() + ".dx";
    Sharding routing = tokens.restrictedTo(op.routing().dims());
    if (!context.hasGradient(op.rows())) {
      String name = "d" + op.routing().name();
      Value value =
          travel.sort(nodes, tokens, operation, "combine", inputs, name, SCORE_COST, 1, whole);
      gradients.add(op.routing(), routing, value);
      return;
    }
    inputs.add(saved(op.routing(), leaving));
    // The rows times the routing, and the rows' products with the gradient for the routing's own.
    Value value =
        travel.send(
            nodes,
            tokens,
            operation,
            "combine",
            inputs,
            "d" + op.rows().name(),
            ofRouting ? ROW_COST + SCORE_COST : ROW_COST,
            ofRouting ? 1 : 0,
            whole);
    gradients.add(op.routing(), routing, value);
    Sharding made = context.storage.expertRows(op.rows());
    String name = Gradients.name(op.rows());
    gradients.add(op.rows(), travel.toExperts(nodes, name, op.rows().dims(), made, tokens, value));
  }

  @Override
  public void dispatch(Dispatch op) {
    Placed gradient = gradients.of(op.result(), op.span());
    if (gradient == null) {
      return;
    }
    ExpertTravel travel = new ExpertTravel(context, op);
    Assignment leaving = travel.tokens();
    Sharding tokens = leaving.sharding();
    Placed rows =
        nodes.at(
            gradient,
            context.storage.expertRows(op.result()),
            context.storage.reason(op.result(), op.span(), null));
    Value back = travel.back(nodes, rows, tokens);
    Value value =
        travel.sort(
            nodes,
            tokens,
            op.name() + ".dx",
            "dispatch",
            List.of(back),
            "d" + op.tokens().name(),
            1,
            1,
            nodes.gradientBytes(op.tokens(), tokens));
    gradients.add(op.tokens(), tokens.restrictedTo(op.tokens().dims()), value);
  }

  /** Each part gets its slice of the gradient, summed over the dimensions it was broadcast over. */
  @Override
  public void concat(Concat op) {
    Placed gradient = gradients.of(op.result(), op.span());
    if (gradient == null) {
      return;
    }
    Assignment assigned =
        context.assignments.assign(
            op.span(),
            op.result().dims(),
            Binding.of(Map.of(op.joined(), List.of()), Origin.Rule.KEPT_WHOLE, null),
            context.storage.pinned(op.result(), false),
            List.of(placed(gradient)));
    Sharding assignment = assigned.sharding();
    Value value = Concats.backward(nodes, op, assignment, gradient, read(gradient, assigned));
    for (Tensor part : op.parts()) {
      gradients.add(part, gradientOf(part.dims(), assignment, Set.of()), value);
    }
  }

  @Override
  public void slice(Slice op) {
    Placed gradient = gradients.of(op.result(), op.span());
    if (gradient == null) {
      return;
    }
    Assignment assigned =
        context.assignments.assign(
            op.span(), Slices.dims(op), Slices.binding(op), null, List.of(placed(gradient)));
    Sharding assignment = assigned.sharding();
    List<Value> inputs = new ArrayList<>(List.of(read(gradient, assigned)));
    Sharding lies = assignment.restrictedTo(op.input().dims());
    List<Value> added = gradients.takeFoldable(op.input(), lies);
    inputs.addAll(added);
    Value value = Slices.backward(nodes, op, assignment, gradient, inputs, added.size());
    gradients.add(op.input(), lies, value);
  }

  @Override
  public void reduce(Reduce op) {
    Placed gradient = gradients.of(op.result(), op.span());
    if (gradient == null) {
      return;
    }
    Assignment assigned = assignment(op.span(), op.input(), op.result(), gradient);
    Sharding assignment = assigned.sharding();
    List<Value> inputs = new ArrayList<>();
    inputs.add(read(gradient, assigned));
    if (!op.kind().isLinear()) {
      inputs.add(saved(op.input(), assigned));
      inputs.add(saved(op.result(), assigned));
    }
    Sharding lies = assignment.restrictedTo(op.input().dims());
    List<Value> added = gradients.takeFoldable(op.input(), lies);
    inputs.addAll(added);
    Value value = Reductions.backward(nodes, op, assignment, gradient, inputs, added.size());
    gradients.add(op.input(), lies, value);
  }

  @Override
  public void alias(Alias op) {
    if (Aliases.isOnlyName(context, op)) {
      gradients.move(op.result(), op.input());
      return;
    }
    Placed gradient = gradients.of(op.result(), staysPartial(op.result()), op.span());
    if (gradient != null) {
      Aliases.backward(gradients, op, gradient);
    }
  }

  @Override
  public void fused(Fused op) {
    new FusedBackward(context, nodes, gradients, this, op).run();
  }

  /** A tensor of the forward pass as an operation reads it. */
  Value saved(Tensor tensor, Assignment assigned) {
    return saved.read(tensor, assigned.sharding().restrictedTo(tensor.dims()), assigned);
  }

  /** What is read where an operation reads a tensor of the forward pass. */
  Read readOf(Tensor tensor, Sharding assignment, Value value) {
    return readOf(saved.source(tensor, assignment.restrictedTo(tensor.dims())), value);
  }

  /** What is read where an operation reads what was brought there. */
  static Read readOf(Placed placed, Value value) {
    return new Read(value, placed.tensor(), placed.dims(), placed.sharding(), placed.format());
  }

  /** What it reads of the forward pass. */
  SavedTensors saved() {
    return saved;
  }

  /** A gradient as an operation reads it. */
  Value read(Placed gradient, Assignment assigned) {
    return nodes.at(gradient, assigned.sharding().restrictedTo(gradient.dims()), assigned).value();
  }

  /**
   * The axes over which the gradient of a tensor may stay a partial sum: those that the kernel
   * which made the tensor allows. What is linear in one tensor passes partial sums on, and the
   * backward pass of a norm is linear in the gradient.
   */
  private Set<String> staysPartial(Tensor tensor) {
    for (Operation operation : context.block.operations()) {
      if (operation instanceof Fused fused && fused.results().contains(tensor)) {
        return FusedKernel.staysPartial(context, fused, tensor);
      }
      if (operation instanceof Alias alias && alias.result().equals(tensor)) {
        return Aliases.staysPartial(context, alias);
      }
      if (operation instanceof Norm norm && norm.result().equals(tensor)) {
        return staysPartial(norm.input());
      }
      if (operation instanceof PointWise op
          && op.result().equals(tensor)
          && op.isLinear()
          && !op.isSum()
          && op.inputs().size() == 1
          && op.inputs().get(0) instanceof Tensor input) {
        return staysPartial(input);
      }
    }
    return Set.of();
  }

  /** Gradients of weights are added to what earlier micro-batches left: read and written. */
  static Size accumulated(List<Dim> dims, Sharding assignment) {
    return Size.product(Size.of(2), Kernels.bytes(dims, assignment, Format.GRADIENT));
  }

  static Assignments.Placed placed(Placed gradient) {
    return new Assignments.Placed(gradient.dims(), gradient.sharding());
  }

  /** A gradient is partial over the axes of all dimensions that its tensor lacks. */
  static Sharding gradientOf(List<Dim> dims, Sharding assignment, Set<String> also) {
    Set<String> partial = new TreeSet<>(assignment.axesBeyond(dims));
    partial.addAll(also);
    return assignment.restrictedTo(dims).withPartial(partial);
  }

  /** Notes how the gradient of a weight lies that is trained. */
  void weightGradient(Weight weight, Sharding lies, Span span) {
    if (!context.hasGradient(weight)) {
      return;
    }
    Sharding other = weightGradients.putIfAbsent(weight, lies);
    if (other != null && !other.equals(lies)) {
      context
          .diagnostics
          .report(Code.GRADIENTS_DISAGREE, span, weight.name())
          .note(weight.span(), "`%s` is declared here".formatted(weight.name()))
          .help("pin its gradient")
          .add();
    }
  }
}
