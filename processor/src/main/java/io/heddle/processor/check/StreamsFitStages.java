package io.heddle.processor.check;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.model.Plan;
import io.heddle.processor.model.Weight;

/**
 * What is not supported of models with several streams on several stages: gradients of a table that
 * lies on any of them, and messages in shares.
 */
final class StreamsFitStages implements Check {
  @Override
  public void run(Subject subject, Diagnostics diagnostics) {
    Plan plan = subject.plan();
    int stages = subject.numbers().stages(plan);
    if (!plan.model().hasStreams() || stages == 1) {
      return;
    }
    Weight shared = plan.model().borrowedInLayers();
    Plan.AxisUse pipeline = plan.pipelineAxis();
    if (shared != null && pipeline != null) {
      diagnostics
          .report(Code.SHARED_TABLE_STAGES, pipeline.span(), shared.fullName(), stages)
          .note(shared.span(), "`%s` is declared here".formatted(shared.name()))
          .add();
    }
    if (plan.schedule().splitMessages()) {
      diagnostics.report(Code.SPLIT_STREAMS, plan.schedule().span()).add();
    }
  }
}
