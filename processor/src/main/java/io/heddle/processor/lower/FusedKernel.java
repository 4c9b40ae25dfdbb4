package io.heddle.processor.lower;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Operand;
import io.heddle.processor.model.Operation.Einsum;
import io.heddle.processor.model.Operation.Fused;
import io.heddle.processor.model.Tensor;
import io.heddle.processor.model.Weight;
import io.heddle.processor.program.LocalNode.Shape;
import io.heddle.processor.program.Sharding;
import io.heddle.processor.program.Size;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Products with one left operand as one kernel: their free dimensions are added up, so that there
 * is one GEMM forward, one for the gradient of the left operand and one for those of the weights.
 */
final class FusedKernel {
  private FusedKernel() {}

  /** All dimensions of all its operations. */
  static List<Dim> dims(Fused op) {
    List<Dim> dims = new ArrayList<>();
    for (Einsum einsum : op.einsums()) {
      dims.addAll(einsum.left().dims());
      dims.addAll(einsum.right().dims());
    }
    return Kernels.union(dims);
  }

  /**
   * What its weights bind together.
   *
   * @param gradient whether the gradients of the weights are made
   */
  static Binding weightBinding(BlockContext context, Fused op, boolean gradient) {
    Binding bound = Binding.NONE;
    for (Einsum einsum : op.einsums()) {
      boolean counts = !gradient || context.hasGradient(einsum.right());
      if (counts && einsum.right() instanceof Weight weight) {
        Binding own =
            gradient ? context.storage.gradientBinding(weight) : context.storage.binding(weight);
        Map<Dim, List<String>> before = bound.axes();
        own.axes()
            .forEach(
                (dim, axes) -> {
                  if (!before.getOrDefault(dim, axes).equals(axes)) {
                    context
                        .diagnostics
                        .report(Code.FUSED_WEIGHTS_DISAGREE, op.span(), op.name(), dim)
                        .note(weight.span(), "`%s` is declared here".formatted(weight.name()))
                        .help("pin all weights of `%s` alike".formatted(op.name()))
                        .add();
                  }
                });
        bound = own.and(bound);
      }
    }
    return bound;
  }

  static Assignment assign(
      BlockContext context, Fused op, Binding bound, List<Assignments.Placed> operands) {
    Binding pinned = Binding.NONE;
    for (Tensor result : op.results()) {
      Binding pin = context.storage.pinned(result, false);
      pinned = pin == null ? pinned : pinned.and(pin);
    }
    return context.assignments.assign(op.span(), dims(op), bound, pinned, operands);
  }

  /** The dimensions that all products sum over. */
  static List<Dim> contracted(Fused op) {
    return op.einsums().get(0).contracted();
  }

  /** The axes over which its results are partial sums. */
  static Set<String> partialAxes(Fused op, Sharding assignment) {
    return assignment.restrictedTo(contracted(op)).splitAxes();
  }

  /**
   * The axes over which the gradient of a result may be a partial sum when the kernel's own
   * backward reads it: those that split dimensions of other results, which this one lacks.
   */
  static Set<String> staysPartial(BlockContext context, Fused op, Tensor result) {
    Binding bound = weightBinding(context, op, false);
    Sharding forward = assign(context, op, bound, List.of()).sharding();
    List<Dim> lacking = new ArrayList<>(dims(op));
    lacking.removeAll(contracted(op));
    lacking.removeAll(result.dims());
    return forward.restrictedTo(lacking).splitAxes();
  }

  /** Operations of some of its products. */
  static Size matmulOperations(List<Einsum> einsums, Sharding assignment) {
    List<Size> operations = new ArrayList<>();
    for (Einsum einsum : einsums) {
      List<Dim> dims = Kernels.union(einsum.left().dims(), einsum.right().dims());
      operations.add(Kernels.matmul(dims, assignment));
    }
    return Size.sum(operations);
  }

  /** Rows of the left operand by the contracted dimensions by the columns of some products. */
  static Shape.Gemm forwardShape(List<Einsum> einsums, Sharding assignment) {
    Shape.Gemm first = shape(einsums.get(0), assignment);
    List<Size> columns = einsums.stream().map(einsum -> shape(einsum, assignment).n()).toList();
    return new Shape.Gemm(first.batch(), first.m(), first.k(), Size.sum(columns));
  }

  private static Shape.Gemm shape(Einsum einsum, Sharding assignment) {
    return Kernels.gemm(
        einsum.left().dims(), einsum.right().dims(), einsum.result().dims(), assignment);
  }

  static Operand left(Fused op) {
    return op.einsums().get(0).left();
  }
}
