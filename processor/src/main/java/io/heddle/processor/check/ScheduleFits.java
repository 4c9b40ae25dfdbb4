package io.heddle.processor.check;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.model.Plan;
import io.heddle.processor.model.PlanNumbers;

/** Chunks of layers are run by groups of micro-batches, one for each stage. */
final class ScheduleFits implements Check {
  @Override
  public void run(Subject subject, Diagnostics diagnostics) {
    Plan plan = subject.plan();
    PlanNumbers numbers = subject.numbers();
    long stages = numbers.stages(plan);
    long microBatches = numbers.microBatches(plan);
    if (numbers.chunks() == 1 || microBatches % stages == 0) {
      return;
    }
    String demand =
        "`%s` needs micro-batches in groups of as many as there are stages: %d do not divide by %d"
            .formatted(plan.schedule().kind().word(), microBatches, stages);
    Diagnostics.Report report =
        diagnostics
            .report(Code.SCHEDULE_DEMANDS, plan.schedule().span(), demand)
            .note(plan.batch().span(), "%d micro-batches".formatted(microBatches));
    Plan.AxisUse pipeline = plan.pipelineAxis();
    if (pipeline != null) {
      String axis = pipeline.axis();
      plan.axis(axis).ifPresent(a -> report.note(a.span(), numbers.describeAxis(axis)));
    }
    long together = numbers.batch() / microBatches * stages;
    report.help("the batch must be a multiple of " + together).add();
  }
}
