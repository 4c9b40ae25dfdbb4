package io.heddle.processor.lower;

import io.heddle.processor.diagnose.Span;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Operand;
import io.heddle.processor.model.Operation;
import io.heddle.processor.model.Plan;
import io.heddle.processor.model.Tensor;
import io.heddle.processor.model.Weight;
import io.heddle.processor.program.CollectiveKind;
import io.heddle.processor.program.ExpertWay;
import io.heddle.processor.program.KernelFunction;
import io.heddle.processor.program.LocalKernel;
import io.heddle.processor.program.LocalNode;
import io.heddle.processor.program.LocalNode.Communicate;
import io.heddle.processor.program.LocalNode.Compute;
import io.heddle.processor.program.LocalNode.Read;
import io.heddle.processor.program.LocalNode.Shape;
import io.heddle.processor.program.Origin;
import io.heddle.processor.program.Product;
import io.heddle.processor.program.Sharding;
import io.heddle.processor.program.Size;
import io.heddle.processor.program.Size.Format;
import io.heddle.processor.program.Value;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The nodes of one block in one direction, in program order. */
final class NodeList {
  /**
   * A tensor as it is somewhere in the program.
   *
   * @param value the node that makes it
   */
  record Placed(String tensor, List<Dim> dims, Sharding sharding, Value value, Format format) {}

  /** What a node made, brought to a sharding. */
  private record Form(String tensor, Value made, Sharding sharding) {}

  private final List<String> layout;
  private final Plan plan;
  private final TensorFormats formats;
  private final DecidingLines lines;
  private final Origin.Rule kernels;
  private final List<LocalNode> nodes = new ArrayList<>();
  private final Set<String> values = new HashSet<>();
  private final Set<String> operations = new HashSet<>();
  private final Map<Form, Value> forms = new LinkedHashMap<>();

  /**
   * @param context of the block: groups name their axes in the order of all of the plan's axes
   * @param kernels what places kernels
   */
  NodeList(BlockContext context, Origin.Rule kernels) {
    this.plan = context.plan;
    this.formats = context.formats;
    this.layout = plan.axisOrder();
    this.lines = new DecidingLines(plan);
    this.kernels = kernels;
  }

  /** Bytes of adding to a weight's gradient; none where the weight is frozen. */
  Size accumulated(Weight weight, Sharding assignment) {
    return plan.trains(weight) ? BackwardPass.accumulated(weight.dims(), assignment) : Size.ZERO;
  }

  /** Bytes of the gradient of a weight on one rank; none where it is frozen. */
  Size gradientOf(Weight weight, Sharding assignment) {
    return plan.trains(weight)
        ? Kernels.bytes(weight.dims(), assignment, Format.GRADIENT)
        : Size.ZERO;
  }

  /** Bytes of a tensor or weight on one rank. */
  Size bytes(Operand operand, Sharding sharding) {
    return Kernels.bytes(operand.dims(), sharding, formats.of(operand));
  }

  /** Bytes of the gradient of a tensor on one rank. */
  Size gradientBytes(Operand operand, Sharding sharding) {
    return Kernels.bytes(operand.dims(), sharding, formats.ofGradient(operand));
  }

  /** Bytes of what is somewhere, as a kernel reads it. */
  static Size bytes(Placed placed, Sharding assignment) {
    return Kernels.bytes(placed.dims(), assignment, placed.format());
  }

  /** The format of a tensor. */
  Format format(Tensor tensor) {
    return formats.of(tensor);
  }

  /** Bytes of one element of a tensor that is no row of experts. */
  Size elementBytes(Tensor tensor) {
    return new Size.ElementBytes(formats.ofGradient(tensor));
  }

  /** A tensor of the block as it is somewhere. */
  Placed placed(Tensor tensor, Sharding sharding, Value value) {
    return new Placed(tensor.name(), tensor.dims(), sharding, value, formats.of(tensor));
  }

  /** What a product reads. */
  List<Product.Operand> operands(List<? extends Operand> operands, Sharding assignment) {
    return operands.stream()
        .map(
            each ->
                new Product.Operand(each.dims(), each instanceof Weight, bytes(each, assignment)))
        .toList();
  }

  /** The gradient that a product reads. */
  static Product.Operand operand(Placed gradient, Sharding assignment) {
    return new Product.Operand(gradient.dims(), false, bytes(gradient, assignment));
  }

  List<LocalNode> nodes() {
    return nodes;
  }

  /** Takes a name for a value that is made outside. */
  Value argument(Value value) {
    values.add(value.name());
    return value;
  }

  /** A kernel of a statement, which has no place among the nodes yet. */
  record Kernel(LocalKernel kernel, Span span) {
    /** A kernel that is never cut, of which is not noted what it reads. */
    Kernel(
        String operation,
        KernelFunction function,
        Shape shape,
        Size operations,
        Size bytes,
        Size matmulOperations,
        Sharding assignment,
        Span span) {
      this(operation, function, shape, operations, bytes, matmulOperations, assignment, span, null);
    }

    /** A kernel of which is not noted what it reads. */
    Kernel(
        String operation,
        KernelFunction function,
        Shape shape,
        Size operations,
        Size bytes,
        Size matmulOperations,
        Sharding assignment,
        Span span,
        @Nullable Product product) {
      this(
          new LocalKernel(
              operation, function, shape, operations, bytes, matmulOperations, assignment, product),
          span);
    }

    /** See {@link LocalKernel#reading}. */
    Kernel reading(List<Read> some) {
      return new Kernel(kernel.reading(some), span);
    }

    /** See {@link LocalKernel#making}. */
    Kernel making(Size bytesMade) {
      return new Kernel(kernel.making(bytesMade), span);
    }
  }

  /** Adds a kernel whose result is the local variable {@code name}, or like it. */
  Value compute(Kernel kernel, String name, List<Value> inputs) {
    Compute node = part(kernel, name, inputs);
    nodes.add(node);
    return node.output();
  }

  /** A kernel that is part of a node to be {@linkplain #add added}. */
  Compute part(Kernel kernel, String name, List<Value> inputs) {
    return new Compute(
        kernel.kernel().named(uniqueOperation(kernel.kernel().operation())),
        inputs,
        unique(name),
        new Origin(kernel.span(), kernels, null),
        null);
  }

  void add(LocalNode node) {
    nodes.add(node);
  }

  /** A kernel of the steps of a ring. */
  Compute ofRing(Compute kernel) {
    return kernel.placedBy(new Origin(kernel.span(), Origin.Rule.RING, plan.context().span()));
  }

  /**
   * The tensor as {@code target} wants it; the way there is paid for once in a block and direction.
   */
  Placed at(Placed tensor, Sharding target, Reason reason) {
    Value value = tensor.value();
    for (Reshard.Step step : Reshard.steps(tensor.sharding(), target)) {
      Form form = new Form(tensor.tensor(), tensor.value(), step.to());
      Value known = forms.get(form);
      if (known != null) {
        value = known;
        continue;
      }
      if (step.kind() != null) {
        Size bytes = Kernels.bytes(tensor.dims(), step.from(), tensor.format());
        value = communicate(step.kind(), step, bytes, tensor, value, reason.of(step));
      }
      forms.put(form, value);
    }
    return new Placed(tensor.tensor(), tensor.dims(), target, value, tensor.format());
  }

  /** Every sharding that the tensor was brought to. */
  List<Sharding> forms(String tensor) {
    return forms.keySet().stream()
        .filter(form -> form.tensor().equals(tensor))
        .map(Form::sharding)
        .toList();
  }

  private Value communicate(
      CollectiveKind kind,
      Reshard.Step step,
      Size bytes,
      Placed tensor,
      Value input,
      Origin origin) {
    Value output = unique(tensor.tensor() + kind.past());
    nodes.add(
        new Communicate(
            uniqueOperation(kind.verb() + "." + tensor.tensor()),
            kind,
            inLayoutOrder(step.axes()),
            bytes,
            tensor.tensor(),
            tensor.dims(),
            tensor.format(),
            step.from(),
            step.to(),
            List.of(input),
            output,
            origin));
    return output;
  }

  /** Exchanges the parts of a tensor among the ranks along the axes of the experts. */
  Value exchange(
      Placed tensor,
      Size bytes,
      List<String> axes,
      Sharding to,
      Operation.Dispatch dispatch,
      boolean toExperts,
      ExpertWay.Spread spread) {
    if (axes.isEmpty()) {
      return tensor.value();
    }
    Value output = unique(tensor.tensor() + CollectiveKind.ALL_TO_ALL.past());
    nodes.add(
        new Communicate(
                uniqueOperation(CollectiveKind.ALL_TO_ALL.verb() + "." + tensor.tensor()),
                CollectiveKind.ALL_TO_ALL,
                inLayoutOrder(axes),
                bytes,
                tensor.tensor(),
                tensor.dims(),
                tensor.format(),
                tensor.sharding(),
                to,
                List.of(tensor.value()),
                output,
                new Origin(
                    dispatch.span(),
                    Origin.Rule.EXPERTS,
                    lines.of(dispatch.experts(), axes.get(0))))
            .going(new ExpertWay(dispatch.rows(), toExperts, spread)));
    return output;
  }

  /**
   * Passes something of an operation to other ranks that share one of its dimensions.
   *
   * @param passed what, as the operation has it
   * @param bytes of it on one rank
   */
  Value passed(CollectiveKind kind, Placed passed, Size bytes, List<String> axes, Origin origin) {
    Value output = unique(passed.tensor() + kind.past());
    nodes.add(
        new Communicate(
            uniqueOperation(kind.verb() + "." + passed.tensor()),
            kind,
            inLayoutOrder(axes),
            bytes,
            passed.tensor(),
            passed.dims(),
            passed.format(),
            passed.sharding(),
            passed.sharding(),
            List.of(passed.value()),
            output,
            origin));
    return output;
  }

  /** All-reduces one fp32 value for each element of {@code dims}. */
  Value reduceStatistic(
      String name, List<Dim> dims, Sharding assignment, List<String> axes, Value input, Span span) {
    Value output = unique(name + CollectiveKind.ALL_REDUCE.past());
    Sharding to = assignment.restrictedTo(dims);
    nodes.add(
        new Communicate(
            uniqueOperation(CollectiveKind.ALL_REDUCE.verb() + "." + name),
            CollectiveKind.ALL_REDUCE,
            inLayoutOrder(axes),
            Size.product(to.elements(dims), new Size.ElementBytes(Format.STATISTIC)),
            name,
            dims,
            Format.STATISTIC,
            to.withPartial(axes),
            to,
            List.of(input),
            output,
            new Origin(span, Origin.Rule.STATISTICS, lines.of(assignment, axes.get(0)))));
    return output;
  }

  List<String> inLayoutOrder(List<String> axes) {
    return layout.stream().filter(axes::contains).toList();
  }

  private Value unique(String name) {
    String identifier = name.replace('.', '_');
    String candidate = identifier;
    for (int i = 2; !values.add(candidate); i++) {
      candidate = identifier + i;
    }
    return new Value(candidate);
  }

  private String uniqueOperation(String name) {
    String candidate = name;
    for (int i = 2; !operations.add(candidate); i++) {
      candidate = name + "." + i;
    }
    return candidate;
  }
}
