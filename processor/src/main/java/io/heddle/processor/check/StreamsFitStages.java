package io.heddle.processor.check;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.model.Plan;

/** What is not supported of several streams on several stages: messages in shares. */
final class StreamsFitStages implements OfMicroBatch {
  @Override
  public void run(Subject subject, Diagnostics diagnostics) {
    Plan plan = subject.plan();
    if (plan.model().hasStreams()
        && subject.numbers().stages(plan) > 1
        && plan.schedule().splitMessages()) {
      diagnostics.report(Code.SPLIT_STREAMS, plan.schedule().span()).add();
    }
  }
}
