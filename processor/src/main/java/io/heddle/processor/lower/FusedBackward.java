package io.heddle.processor.lower;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.lower.NodeList.Kernel;
import io.heddle.processor.lower.NodeList.Placed;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Operand;
import io.heddle.processor.model.Operation.Einsum;
import io.heddle.processor.model.Operation.Fused;
import io.heddle.processor.model.Operation.PointWise;
import io.heddle.processor.model.Tensor;
import io.heddle.processor.model.Weight;
import io.heddle.processor.program.KernelFunction;
import io.heddle.processor.program.LocalNode.Read;
import io.heddle.processor.program.LocalNode.Shape;
import io.heddle.processor.program.Product;
import io.heddle.processor.program.Sharding;
import io.heddle.processor.program.Size;
import io.heddle.processor.program.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The backward pass of fused products: one GEMM for the gradient of the left operand, one for those
 * of the weights and biases. A result that lacks a split dimension of the union keeps its gradient
 * partial over that dimension's axes up to these two.
 */
final class FusedBackward {
  private final BlockContext context;
  private final NodeList nodes;
  private final Gradients gradients;
  private final BackwardPass backward;
  private final Fused op;

  /** The gradient of the result that each product ends in. */
  private final Map<Einsum, Placed> results = new LinkedHashMap<>();

  FusedBackward(
      BlockContext context, NodeList nodes, Gradients gradients, BackwardPass backward, Fused op) {
    this.context = context;
    this.nodes = nodes;
    this.gradients = gradients;
    this.backward = backward;
    this.op = op;
  }

  void run() {
    for (Einsum einsum : op.einsums()) {
      Tensor result = leaving(einsum);
      Set<String> staysPartial = FusedKernel.staysPartial(context, op, result);
      Placed gradient = gradients.of(result, staysPartial, op.span());
      if (gradient != null) {
        results.put(einsum, gradient);
      }
    }
    if (results.isEmpty()) {
      return;
    }
    Operand operand = FusedKernel.left(op);
    Tensor left = operand instanceof Tensor tensor && context.hasGradient(tensor) ? tensor : null;
    Pass inputs = left == null ? null : prepare(false);
    Pass weights = hasTrainedWeights() ? prepare(true) : null;
    if (left != null && inputs != null) {
      inputGradient(inputs, left);
    }
    if (weights != null) {
      weightGradients(weights);
    }
  }

  private boolean hasTrainedWeights() {
    return op.inputs().stream()
        .anyMatch(operand -> operand instanceof Weight && context.hasGradient(operand));
  }

  /** The products whose weights are trained. */
  private List<Einsum> trained() {
    return op.einsums().stream().filter(einsum -> context.hasGradient(einsum.right())).toList();
  }

  /**
   * Assignment and operands of one of the two kernels, its collectives already emitted.
   *
   * @param gradients of the results, as the kernel reads them
   */
  private record Pass(
      Sharding assignment,
      List<Value> inputs,
      List<Read> reads,
      Size resultBytes,
      Map<Einsum, Placed> gradients) {}

  private Pass prepare(boolean weights) {
    List<Assignments.Placed> operands = new ArrayList<>();
    results.values().forEach(gradient -> operands.add(BackwardPass.placed(gradient)));
    Tensor left = FusedKernel.left(op) instanceof Tensor tensor ? tensor : null;
    if (weights && left != null) {
      operands.add(new Assignments.Placed(left.dims(), context.stored.get(left)));
    }
    Assignment assigned =
        FusedKernel.assign(context, op, FusedKernel.weightBinding(context, op, weights), operands);
    Sharding assignment = assigned.sharding();
    List<Value> inputs = new ArrayList<>();
    List<Read> reads = new ArrayList<>();
    if (weights && left != null && !trained().isEmpty()) {
      inputs.add(backward.saved(left, assigned));
      reads.add(backward.readOf(left, assignment, inputs.get(0)));
    }
    List<Size> bytes = new ArrayList<>();
    Map<Einsum, Placed> read = new LinkedHashMap<>();
    results.forEach(
        (einsum, gradient) -> {
          if (weights && !makesWeights(einsum)) {
            return;
          }
          List<Dim> dims = Kernels.union(einsum.left().dims(), einsum.right().dims());
          Placed ready = context.partialAt(nodes, gradient, assigned, dims);
          read.put(einsum, ready);
          inputs.add(ready.value());
          if (weights) {
            reads.add(BackwardPass.readOf(gradient, ready.value()));
          }
          bytes.add(Kernels.bytes(gradient.dims(), assignment, gradient.format()));
        });
    return new Pass(assignment, inputs, reads, Size.sum(bytes), read);
  }

  /** Whether the gradient of a weight is made of that of the product: its own, or a bias. */
  private boolean makesWeights(Einsum einsum) {
    return context.hasGradient(einsum.right())
        || op.sums().stream()
            .filter(sum -> sum.inputs().contains(einsum.result()))
            .anyMatch(sum -> !biases(sum).isEmpty());
  }

  private void inputGradient(Pass pass, Tensor left) {
    Sharding assignment = pass.assignment();
    List<Size> bytes = new ArrayList<>(List.of(pass.resultBytes()));
    op.einsums().forEach(e -> bytes.add(nodes.bytes(e.right(), assignment)));
    Size made = nodes.gradientBytes(left, assignment);
    bytes.add(made);
    Shape.Gemm forward = FusedKernel.forwardShape(op.einsums(), assignment);
    Shape.Gemm shape = new Shape.Gemm(forward.batch(), forward.m(), forward.n(), forward.k());
    Size matmul = FusedKernel.matmulOperations(op.einsums(), assignment);
    List<Product.Operand> operands = gradientOperands(pass);
    operands.addAll(nodes.operands(op.einsums().stream().map(Einsum::right).toList(), assignment));
    Product product = new Product(operands, List.of(left.dims()), made);
    Value value =
        gemm(pass, op.name() + ".dx", shape, matmul, Size.ZERO, bytes, "d" + left.name(), product);
    Sharding lies = assignment.restrictedTo(left.dims());
    gradients.add(left, lies.withPartial(partialProducts(pass, left)), value);
  }

  /**
   * The axes over which the products that make the gradient of the left operand are partial: all
   * over the same, as one kernel adds them.
   */
  private Set<String> partialProducts(Pass pass, Tensor left) {
    Set<String> all = new TreeSet<>();
    Set<String> common = null;
    for (Map.Entry<Einsum, Placed> result : pass.gradients().entrySet()) {
      List<Dim> summed = new ArrayList<>(result.getKey().result().dims());
      summed.removeAll(left.dims());
      Set<String> own = new TreeSet<>(pass.assignment().restrictedTo(summed).splitAxes());
      own.addAll(result.getValue().sharding().partial());
      all.addAll(own);
      if (common == null) {
        common = new TreeSet<>(own);
      }
      common.retainAll(own);
    }
    all.removeAll(common);
    if (!all.isEmpty()) {
      context
          .diagnostics
          .report(Code.COLLECTIVE_IN_FUSED, op.span(), op.name(), String.join(", ", all))
          .help("not all gradients of its results are: take those that are not out of `fused`")
          .add();
    }
    return common;
  }

  private void weightGradients(Pass pass) {
    Sharding assignment = pass.assignment();
    List<Size> bytes = new ArrayList<>(List.of(pass.resultBytes()));
    if (!trained().isEmpty()) {
      bytes.add(nodes.bytes(FusedKernel.left(op), assignment));
    }
    for (Einsum einsum : results.keySet()) {
      if (einsum.right() instanceof Weight weight) {
        bytes.add(nodes.accumulated(weight, assignment));
      }
    }
    List<Size> sums = new ArrayList<>();
    for (PointWise sum : op.sums()) {
      if (biases(sum).isEmpty() && hasFrozen(sum)) {
        continue;
      }
      sums.add(assignment.elements(sum.result().dims()));
      biases(sum).forEach(bias -> bytes.add(BackwardPass.accumulated(bias.dims(), assignment)));
    }
    String operation = op.name() + ".dw";
    String made = "d" + op.name() + "Weights";
    if (trained().isEmpty()) {
      sumBiases(pass, operation, Size.sum(sums), bytes, made);
    } else {
      Shape.Gemm forward = FusedKernel.forwardShape(trained(), assignment);
      Shape.Gemm shape = new Shape.Gemm(forward.batch(), forward.k(), forward.m(), forward.n());
      Size matmul = FusedKernel.matmulOperations(trained(), assignment);
      gemm(pass, operation, shape, matmul, Size.sum(sums), bytes, made, weightProduct(pass));
    }
    pass.gradients().forEach((einsum, gradient) -> weightGradient(einsum, gradient, assignment));
    pass.gradients()
        .forEach(
            (einsum, gradient) -> {
              for (PointWise sum : op.sums()) {
                if (sum.inputs().contains(einsum.result())) {
                  biases(sum).forEach(bias -> biasGradient(bias, sum, gradient, assignment));
                }
              }
            });
  }

  private List<Product.Operand> gradientOperands(Pass pass) {
    List<Product.Operand> operands = new ArrayList<>();
    pass.gradients()
        .values()
        .forEach(gradient -> operands.add(NodeList.operand(gradient, pass.assignment())));
    return operands;
  }

  private Product weightProduct(Pass pass) {
    List<Product.Operand> operands = gradientOperands(pass);
    Product.Operand left = nodes.operands(List.of(FusedKernel.left(op)), pass.assignment()).get(0);
    operands.add(new Product.Operand(left.dims(), false, left.bytes()));
    List<List<Dim>> made = new ArrayList<>();
    results.keySet().stream()
        .filter(einsum -> context.hasGradient(einsum.right()))
        .forEach(einsum -> made.add(einsum.right().dims()));
    op.sums().forEach(sum -> biases(sum).forEach(bias -> made.add(bias.dims())));
    List<Size> bytes = new ArrayList<>();
    made.forEach(dims -> bytes.add(BackwardPass.accumulated(dims, pass.assignment())));
    return new Product(operands, made, Size.sum(bytes));
  }

  /** A result that lacks a dimension of others leaves its weight's gradient alone over its axes. */
  private void weightGradient(Einsum einsum, Placed gradient, Sharding assignment) {
    if (einsum.right() instanceof Weight weight) {
      Sharding own = assignment.restrictedTo(Kernels.union(einsum.left().dims(), weight.dims()));
      Set<String> partial = gradient.sharding().partial();
      Sharding lies = BackwardPass.gradientOf(weight.dims(), own, partial);
      backward.weightGradient(weight, lies, op.span());
    }
  }

  private void biasGradient(Weight bias, PointWise sum, Placed gradient, Sharding assignment) {
    context.weights.putIfAbsent(bias, context.storage.weight(bias));
    Set<String> partial =
        new TreeSet<>(assignment.restrictedTo(sum.result().dims()).axesBeyond(bias.dims()));
    partial.addAll(gradient.sharding().partial());
    backward.weightGradient(
        bias, assignment.restrictedTo(bias.dims()).withPartial(partial), op.span());
  }

  private Value gemm(
      Pass pass,
      String operation,
      Shape.Gemm shape,
      Size matmul,
      Size more,
      List<Size> bytes,
      String name,
      Product product) {
    Kernel kernel =
        new Kernel(
            operation,
            KernelFunction.GEMM,
            shape,
            Size.sum(matmul, more),
            Size.sum(bytes),
            matmul,
            pass.assignment(),
            op.span(),
            product);
    boolean makesWeights = !pass.reads().isEmpty();
    return nodes.compute(
        makesWeights ? kernel.reading(pass.reads()) : kernel.making(product.made()),
        name,
        pass.inputs());
  }

  /** What leaves the kernel: the sum that the product is a term of, else the product itself. */
  private Tensor leaving(Einsum einsum) {
    if (context.isInsideFused(einsum.result())) {
      for (PointWise sum : op.sums()) {
        if (sum.inputs().contains(einsum.result())) {
          return sum.result();
        }
      }
    }
    return einsum.result();
  }

  /** The kernel where the weights of all products are frozen: it only adds up. */
  private void sumBiases(
      Pass pass, String operation, Size elements, List<Size> bytes, String name) {
    nodes.compute(
        new Kernel(
                operation,
                KernelFunction.reduction("sum"),
                new Shape.Elements(elements),
                elements,
                Size.sum(bytes),
                Size.ZERO,
                pass.assignment(),
                op.span())
            .reading(pass.reads()),
        name,
        pass.inputs());
  }

  /** Whether a bias of the sum is frozen. */
  private boolean hasFrozen(PointWise sum) {
    return sum.inputs().stream()
        .anyMatch(operand -> operand instanceof Weight && !context.hasGradient(operand));
  }

  /** The biases of a sum that are trained. */
  private List<Weight> biases(PointWise sum) {
    List<Weight> biases = new ArrayList<>();
    for (Operand operand : sum.inputs()) {
      if (operand instanceof Weight weight && context.hasGradient(weight)) {
        biases.add(weight);
      }
    }
    return biases;
  }
}
