package io.heddle.processor.check;

import io.heddle.plan.LayerKinds;
import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.model.Plan;
import io.heddle.processor.program.LocalWeight;
import io.heddle.processor.program.Section;
import io.heddle.processor.program.Size;
import io.heddle.processor.program.Sizes;
import java.math.BigInteger;

/**
 * A step has no more micro-batches and layers than can be flattened: every micro-batch is an action
 * of each chunk of a stage, and node ids, tags and layers are numbered in 31 bits.
 */
final class StepIsBounded implements Check {
  private static final long MOST_PASSES = 1 << 20;
  private static final long MOST_BUCKETS = 1 << 20;

  @Override
  public void run(Subject subject, Diagnostics diagnostics) {
    long microBatches = subject.numbers().microBatches(subject.plan());
    long most = MOST_PASSES / subject.numbers().chunks();
    if (microBatches > most) {
      diagnostics
          .report(Code.TOO_MANY_MICRO_BATCHES, subject.plan().batch().span(), microBatches, most)
          .help("take larger micro-batches or a smaller batch")
          .add();
    }
    long layers = subject.numbers().totalLayers();
    if (layers > LayerKinds.MOST) {
      diagnostics
          .report(
              Code.TOO_MANY_LAYERS,
              subject.plan().model().stacks().get(0).span(),
              layers,
              LayerKinds.MOST)
          .add();
    }
    if (!diagnostics.hasErrors()) {
      buckets(subject, diagnostics);
    }
  }

  /** Buckets that a rank with all layers would reduce. */
  private static void buckets(Subject subject, Diagnostics diagnostics) {
    Plan.Reduction reduction = subject.plan().reduction();
    if (reduction.bucketBytes() == 0) {
      return;
    }
    Sizes sizes = ProductsAreSplit.sizes(subject);
    long element = sizes.of(new Size.ElementBytes(Size.Format.GRADIENT));
    BigInteger bytes = BigInteger.ZERO;
    for (Section block : subject.program().allBlocks()) {
      for (LocalWeight weight : block.weights()) {
        bytes = bytes.add(elements(weight, sizes).multiply(BigInteger.valueOf(element)));
      }
    }
    long passes =
        subject.plan().optimizer().gradientsSharded()
            ? subject.numbers().microBatches(subject.plan())
            : 1;
    BigInteger buckets =
        bytes
            .multiply(BigInteger.valueOf(subject.numbers().totalLayers()))
            .multiply(BigInteger.valueOf(passes))
            .divide(BigInteger.valueOf(reduction.bucketBytes()));
    if (buckets.compareTo(BigInteger.valueOf(MOST_BUCKETS)) > 0) {
      diagnostics.report(Code.TOO_MANY_BUCKETS, reduction.span(), buckets, MOST_BUCKETS).add();
    }
  }

  /** More than 63 bits are a finding of {@link CountsFit}. */
  private static BigInteger elements(LocalWeight weight, Sizes sizes) {
    try {
      return BigInteger.valueOf(sizes.of(weight.gradientElements()));
    } catch (ArithmeticException e) {
      return BigInteger.valueOf(Long.MAX_VALUE);
    }
  }
}
