package io.heddle.processor.check;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;

/**
 * A step has no more micro-batches and layers than can be flattened: every micro-batch is an action
 * of each chunk of a stage, and node ids, tags and layers are numbered in 31 bits.
 */
final class StepIsBounded implements Check {
  private static final long MOST_PASSES = 1 << 20;
  private static final long MOST_LAYERS = 1 << 20;

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
    if (layers > MOST_LAYERS) {
      diagnostics
          .report(
              Code.TOO_MANY_LAYERS,
              subject.plan().model().stacks().get(0).span(),
              layers,
              MOST_LAYERS)
          .add();
    }
  }
}
