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
import io.heddle.processor.program.LocalNode.StepCollective;
import io.heddle.processor.program.LocalWeight;
import io.heddle.processor.program.Section;
import io.heddle.processor.program.Size;
import io.heddle.processor.program.Sizes;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.HashSet;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Operations, bytes and parameters of one rank are counted in 63 bits. */
final class CountsFit implements OfMicroBatch {
  /** The step adds up the weights of a stage, eight bytes each at most. */
  private static final BigInteger MOST_PARAMETERS = BigInteger.TWO.pow(59);

  /** With fewer, no optimizer moves 2^63 bytes. */
  private static final BigInteger FEW_PARAMETERS = BigInteger.TWO.pow(57);

  private static final BigInteger MOST = BigInteger.valueOf(Long.MAX_VALUE);
  private static final MathContext DIGITS = new MathContext(3);
  private static final String SMALLER =
      "make dimensions or the micro-batch smaller, or split them over more ranks";

  @Override
  public void run(Subject subject, Diagnostics diagnostics) {
    if (diagnostics.hasErrors()) {
      return;
    }
    Sizes sizes = ProductsAreSplit.sizes(subject);
    Set<Span> reported = new HashSet<>();
    BigInteger parameters = BigInteger.ZERO;
    BigInteger most = BigInteger.ZERO;
    Weight largest = null;
    for (Section block : subject.program().allBlocks()) {
      block.nodes().forEach(node -> check(node, sizes, SMALLER, reported, diagnostics));
      for (LocalWeight weight : block.weights()) {
        BigInteger own = parameters(subject, weight.weight());
        parameters = parameters.add(own);
        largest = own.compareTo(most) > 0 ? weight.weight() : largest;
        most = most.max(own);
      }
    }
    BigInteger all = parameters.multiply(BigInteger.valueOf(subject.numbers().totalLayers()));
    if (all.compareTo(MOST_PARAMETERS) > 0) {
      reportParameters(subject, all, largest, most, diagnostics);
    } else if (all.compareTo(FEW_PARAMETERS) > 0) {
      checkStep(subject, sizes, reported, diagnostics);
    }
  }

  private static void reportParameters(
      Subject subject,
      BigInteger all,
      @Nullable Weight largest,
      BigInteger most,
      Diagnostics diagnostics) {
    Diagnostics.Report report =
        diagnostics.report(
            Code.COUNT_OVERFLOWS,
            subject.plan().model().span(),
            "the bytes of up to %s parameters".formatted(shown(all)));
    if (largest != null) {
      report.note(largest.span(), "`%s` has most, %s".formatted(largest.fullName(), shown(most)));
    }
    report.help("make dimensions smaller").add();
  }

  private static BigInteger parameters(Subject subject, Weight weight) {
    return weight.dims().stream()
        .map(dim -> BigInteger.valueOf(subject.numbers().dims().get(dim)))
        .reduce(BigInteger.ONE, BigInteger::multiply);
  }

  /** What a rank of each stage does at the end of the step. */
  private static void checkStep(
      Subject subject, Sizes sizes, Set<Span> reported, Diagnostics diagnostics) {
    for (int stage = 0; stage < subject.numbers().stages(subject.plan()); stage++) {
      Sizes onStage = sizes.onStage(subject.plan(), stage);
      for (LocalNode node : subject.program().step().pass().nodes()) {
        check(
            node,
            onStage,
            "make weights smaller, split them over more ranks, or shard the optimizer's states",
            reported,
            diagnostics);
      }
    }
  }

  private static void check(
      LocalNode node, Sizes sizes, String help, Set<Span> reported, Diagnostics diagnostics) {
    each(
        node,
        (what, size) -> {
          if (!fits(size, sizes) && reported.add(node.span())) {
            String counted = "the %s of `%s`".formatted(what, node.operation());
            diagnostics
                .report(Code.COUNT_OVERFLOWS, node.span(), counted + how(size, sizes))
                .help(help)
                .add();
          }
        });
  }

  private static boolean fits(Size size, Sizes sizes) {
    try {
      sizes.of(size);
      return true;
    } catch (ArithmeticException e) {
      return false;
    }
  }

  /** How many there are, where that can be said. */
  private static String how(Size size, Sizes sizes) {
    try {
      BigInteger wide = sizes.wide(size);
      return wide.compareTo(MOST) > 0 ? ", " + shown(wide) + "," : "";
    } catch (ArithmeticException e) {
      return "";
    }
  }

  private static String shown(BigInteger number) {
    return new BigDecimal(number).round(DIGITS).toString().replace("E+", "e");
  }

  /** Calls back with all that a node counts, and what it is. */
  private static void each(LocalNode node, BiConsumer<String, Size> count) {
    if (node instanceof Compute compute) {
      count.accept("operations", compute.operations());
      count.accept(
          "bytes",
          compute.pieces() == null
              ? compute.bytes()
              : Size.sum(
                  compute.bytes(),
                  Size.product(Size.of(PlanChecks.MOST_PIECES), compute.pieces().again())));
    } else if (node instanceof Ring ring) {
      count.accept("operations", ring.kernel().operations());
      count.accept("bytes", ring.kernel().bytes());
      count.accept("bytes of later steps", ring.laterBytes());
      // Twice as many go to the member across the ring.
      count.accept("bytes of a message", Size.product(Size.of(2), ring.message()));
      if (ring.reach() != null) {
        count.accept("bytes that reach neighbours", ring.reach().bytes());
        count.accept("bytes of neighbours", ring.reach().received());
      }
    } else if (node instanceof Communicate communicate) {
      count.accept("bytes", communicate.bytes());
    } else if (node instanceof StepCollective collective) {
      count.accept("bytes", collective.bytes());
    }
  }
}
