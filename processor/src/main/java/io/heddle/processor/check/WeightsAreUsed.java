package io.heddle.processor.check;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.model.Weight;
import io.heddle.processor.program.Section;

/** Every weight has a gradient: one that has none is used by nothing that reaches the result. */
final class WeightsAreUsed implements OfMicroBatch {
  @Override
  public void run(Subject subject, Diagnostics diagnostics) {
    for (Section block : subject.program().allBlocks()) {
      for (Weight weight : block.block().weights()) {
        boolean used = block.weights().stream().anyMatch(w -> w.weight().equals(weight));
        if (!used) {
          diagnostics
              .report(Code.UNUSED_WEIGHT, weight.span(), weight.fullName())
              .help("remove it, or use it in something that the block returns")
              .add();
        }
      }
    }
  }
}
