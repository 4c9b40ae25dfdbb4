package io.heddle.processor.check;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Operation;
import io.heddle.processor.program.LocalNode.Compute;
import io.heddle.processor.program.Replication;
import io.heddle.processor.program.Section;
import io.heddle.processor.program.Size;
import io.heddle.processor.program.Sizes;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Advice: a matrix product that ranks along an axis repeat, though the axis could split one of its
 * dimensions. Products that are little beside the others of their block are let pass.
 */
final class ProductsAreSplit implements Advice {
  /** One in so many operations of the block may be repeated. */
  private static final int LITTLE = 100;

  @Override
  public void run(Subject subject, Diagnostics diagnostics) {
    if (diagnostics.hasErrors()) {
      return;
    }
    Sizes sizes = sizes(subject);
    for (Section block : subject.program().allBlocks()) {
      List<Compute> products = products(block);
      double all =
          products.stream().mapToDouble(node -> (double) sizes.of(node.matmulOperations())).sum();
      for (Compute node : products) {
        if ((double) sizes.of(node.matmulOperations()) > all / LITTLE) {
          for (String axis : Replication.axes(node, subject.plan(), subject.numbers())) {
            splittable(subject, block, node, axis)
                .ifPresent(dim -> report(subject, node, axis, dim, diagnostics));
          }
        }
      }
    }
  }

  static Sizes sizes(Subject subject) {
    return new Sizes(subject.numbers());
  }

  /** Matrix products and attention of the forward pass. */
  private static List<Compute> products(Section block) {
    List<Compute> products = new ArrayList<>();
    block
        .forward()
        .forEach(
            node -> {
              if (node instanceof Compute compute
                  && !compute.matmulOperations().equals(Size.ZERO)) {
                products.add(compute);
              }
            });
    return products;
  }

  /**
   * A dimension of the product that the axis divides; one that is not the stream's, if possible.
   */
  private static Optional<Dim> splittable(
      Subject subject, Section block, Compute node, String axis) {
    Set<Dim> dims = new LinkedHashSet<>();
    for (Operation operation : block.block().operations()) {
      if (operation.span().equals(node.span())) {
        operation.inputs().forEach(input -> dims.addAll(input.dims()));
        operation.results().forEach(result -> dims.addAll(result.dims()));
        if (operation instanceof Operation.Select) {
          // Ranks repeat it but for a pin, which says which of its queries each has.
          return Optional.empty();
        }
        if (operation instanceof Operation.Attend attend) {
          dims.removeAll(
              List.of(attend.over(), attend.keys(), attend.scoreDim(), attend.valueDim()));
        }
      }
    }
    List<Dim> stream = subject.plan().model().streamDims();
    List<Dim> divided =
        dims.stream().filter(dim -> !dim.isOpen() && divides(subject, node, dim, axis)).toList();
    return divided.stream()
        .filter(dim -> !stream.contains(dim))
        .findFirst()
        .or(() -> divided.stream().findFirst());
  }

  private static boolean divides(Subject subject, Compute node, Dim dim, String axis) {
    long ranks = sizes(subject).ranks(node.assignment().of(dim)) * subject.numbers().axis(axis);
    return subject.numbers().dims().get(dim) % ranks == 0;
  }

  private static void report(
      Subject subject, Compute node, String axis, Dim dim, Diagnostics diagnostics) {
    boolean ofStream = subject.plan().model().streamDims().contains(dim);
    Diagnostics.Report report =
        diagnostics.report(
            Code.REPEATED_PRODUCT,
            node.span(),
            node.operation(),
            subject.numbers().axis(axis),
            axis);
    subject
        .plan()
        .axis(axis)
        .ifPresent(a -> report.note(a.span(), subject.numbers().describeAxis(axis)));
    report
        .help(
            "split a dimension of it, such as `%s%s over %s`"
                .formatted(ofStream ? "stream: " : "", dim, axis))
        .add();
  }
}
