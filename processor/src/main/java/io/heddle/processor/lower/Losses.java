package io.heddle.processor.lower;

import io.heddle.plan.KernelKind;
import io.heddle.processor.lower.NodeList.Kernel;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Operation.CrossEntropy;
import io.heddle.processor.program.KernelFunction;
import io.heddle.processor.program.LocalNode.Shape;
import io.heddle.processor.program.Saved;
import io.heddle.processor.program.Sharding;
import io.heddle.processor.program.Size;
import io.heddle.processor.program.Value;
import java.util.List;

/**
 * Cross-entropy. Where the classes are split over ranks, three fp32 values for each token are
 * all-reduced: the largest logit, the sum of exponentials, the logit of the target (Shoeybi et al.
 * 2019, arXiv:1909.08053, section 3). The backward needs nothing more.
 */
final class Losses {
  /** Largest, difference, exponential, sum, target. */
  private static final int FORWARD_COST = 5;

  /** Exponential over sum, minus one at the target. */
  private static final int BACKWARD_COST = 3;

  private static final List<String> STATISTICS = List.of("maximum", "sum", "target");

  private Losses() {}

  static void forward(NodeList nodes, CrossEntropy op, Sharding assignment, Value input) {
    List<Dim> dims = op.input().dims();
    List<Dim> tokens = dims.subList(0, dims.size() - 1);
    Value value =
        nodes.compute(
            kernel(
                op,
                op.name() + ".statistics",
                assignment,
                dims,
                FORWARD_COST,
                nodes.bytes(op.input(), assignment)),
            op.name() + ".statistics",
            List.of(input));
    List<String> axes = assignment.of(op.dim());
    if (!axes.isEmpty()) {
      for (String statistic : STATISTICS) {
        value =
            nodes.reduceStatistic(
                op.name() + "." + statistic, tokens, assignment, axes, value, op.span());
      }
    }
    Size bytes =
        Size.product(
            Size.of(STATISTICS.size() + 1L),
            Kernels.bytes(tokens, assignment, Size.Format.STATISTIC));
    nodes.compute(
        kernel(op, op.name(), assignment, tokens, STATISTICS.size(), bytes),
        op.name(),
        List.of(value));
  }

  /** Makes the gradient of the logits from the logits and the statistics. */
  static Value backward(NodeList nodes, CrossEntropy op, Sharding assignment, Value input) {
    List<Dim> dims = op.input().dims();
    Size bytes = Size.product(Size.of(2), nodes.bytes(op.input(), assignment));
    // Written over the logits, which nobody reads again.
    return nodes.compute(
        kernel(op, op.name() + ".dx", assignment, dims, BACKWARD_COST, bytes).making(Size.ZERO),
        "d" + op.input().name(),
        List.of(input));
  }

  /** The largest logit and the sum of exponentials of each token. */
  static Saved saved(CrossEntropy op, Sharding assignment) {
    List<Dim> dims = op.input().dims();
    Size one = Kernels.bytes(dims.subList(0, dims.size() - 1), assignment, Size.Format.STATISTIC);
    return new Saved(
        op.name() + ".statistics", Saved.Kind.STATISTICS, Size.product(Size.of(2), one));
  }

  private static Kernel kernel(
      CrossEntropy op,
      String operation,
      Sharding assignment,
      List<Dim> dims,
      int cost,
      Size bytes) {
    Size elements = assignment.elements(dims);
    return new Kernel(
        operation,
        new KernelFunction(KernelKind.LOSS, "cross-entropy"),
        new Shape.Elements(elements),
        Size.product(Size.of(cost), elements),
        bytes,
        Size.ZERO,
        assignment.restrictedTo(dims),
        op.span());
  }
}
