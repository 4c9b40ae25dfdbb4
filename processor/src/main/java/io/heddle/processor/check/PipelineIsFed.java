package io.heddle.processor.check;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Plural;
import io.heddle.processor.model.PlanNumbers;

/** Advice: with fewer micro-batches than stages most of the pipeline stands still. */
final class PipelineIsFed implements Advice {
  @Override
  public void run(Subject subject, Diagnostics diagnostics) {
    if (subject.plan().pipelineAxis() == null || subject.plan().inference() != null) {
      return;
    }
    PlanNumbers numbers = subject.numbers();
    long stages = numbers.stages(subject.plan());
    long microBatches = numbers.microBatches(subject.plan());
    if (microBatches < stages) {
      diagnostics
          .report(
              Code.FEW_MICRO_BATCHES,
              subject.plan().batch().span(),
              Plural.of(microBatches, "micro-batch"),
              Plural.of(stages, "stage"))
          .help("take a larger batch or fewer stages")
          .add();
    }
  }
}
