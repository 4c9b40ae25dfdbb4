package io.heddle.processor.check;

import io.heddle.plan.PlanChecks;
import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.model.Weight;
import io.heddle.processor.program.LocalNode;
import io.heddle.processor.program.LocalNode.Communicate;
import io.heddle.processor.program.LocalNode.Compute;
import io.heddle.processor.program.LocalNode.Ring;
import io.heddle.processor.program.LocalWeight;
import io.heddle.processor.program.Section;
import io.heddle.processor.program.Sizes;
import java.math.BigInteger;
import java.util.HashSet;
import java.util.Set;

/** Operations, bytes and parameters are counted in 63 bits. */
final class CountsFit implements OfMicroBatch {
  /** The step adds up the weights of a stage, eight bytes each at most. */
  private static final BigInteger MOST_PARAMETERS = BigInteger.TWO.pow(59);

  @Override
  public void run(Subject subject, Diagnostics diagnostics) {
    if (diagnostics.hasErrors()) {
      return;
    }
    Sizes sizes = ProductsAreSplit.sizes(subject);
    Set<Span> reported = new HashSet<>();
    BigInteger parameters = BigInteger.ZERO;
    for (Section block : subject.program().allBlocks()) {
      block.nodes().forEach(node -> check(node, sizes, reported, diagnostics));
      for (LocalWeight weight : block.weights()) {
        parameters = parameters.add(parameters(subject, weight.weight()));
      }
    }
    BigInteger layers = BigInteger.valueOf(subject.numbers().totalLayers());
    if (parameters.multiply(layers).compareTo(MOST_PARAMETERS) > 0) {
      diagnostics
          .report(Code.COUNT_OVERFLOWS, subject.plan().model().span(), "the parameters")
          .help("make dimensions smaller")
          .add();
    }
  }

  private static BigInteger parameters(Subject subject, Weight weight) {
    return weight.dims().stream()
        .map(dim -> BigInteger.valueOf(subject.numbers().dims().get(dim)))
        .reduce(BigInteger.ONE, BigInteger::multiply);
  }

  private static void check(
      LocalNode node, Sizes sizes, Set<Span> reported, Diagnostics diagnostics) {
    try {
      count(node, sizes);
    } catch (ArithmeticException e) {
      if (reported.add(node.span())) {
        diagnostics
            .report(
                Code.COUNT_OVERFLOWS,
                node.span(),
                "the operations or bytes of `" + node.operation() + "`")
            .help("make dimensions or the micro-batch smaller, or split them over more ranks")
            .add();
      }
    }
  }

  /**
   * Evaluates all that a node counts.
   *
   * @throws ArithmeticException if a number does not fit into 63 bits
   */
  private static void count(LocalNode node, Sizes sizes) {
    if (node instanceof Compute compute) {
      sizes.of(compute.operations());
      long bytes = sizes.of(compute.bytes());
      if (compute.pieces() != null) {
        long again = Math.multiplyExact(PlanChecks.MOST_PIECES, sizes.of(compute.pieces().again()));
        Math.addExact(bytes, again);
      }
    } else if (node instanceof Ring ring) {
      sizes.of(ring.kernel().operations());
      sizes.of(ring.kernel().bytes());
      sizes.of(ring.laterBytes());
      sizes.of(ring.message());
      if (ring.reach() != null) {
        sizes.of(ring.reach().bytes());
        sizes.of(ring.reach().received());
      }
    } else {
      sizes.of(((Communicate) node).bytes());
    }
  }
}
