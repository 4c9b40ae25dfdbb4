package io.heddle.processor.check;

import io.heddle.plan.schedule.Objection;
import io.heddle.plan.schedule.Pipeline;
import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.model.Plan;
import io.heddle.processor.model.PlanNumbers;

/** The schedule can run the plan's stages, chunks and micro-batches. */
final class ScheduleFits implements Check {
  @Override
  public void run(Subject subject, Diagnostics diagnostics) {
    Plan plan = subject.plan();
    PlanNumbers numbers = subject.numbers();
    long microBatches = numbers.microBatches(plan);
    if (microBatches < 1 || microBatches > Integer.MAX_VALUE) {
      return;
    }
    Pipeline pipeline =
        numbers.values().schedule().pipeline(numbers.stages(plan), (int) microBatches);
    plan.schedule()
        .kind()
        .objection(pipeline)
        .ifPresent(objection -> report(subject, objection, microBatches, diagnostics));
  }

  private static void report(
      Subject subject, Objection objection, long microBatches, Diagnostics diagnostics) {
    Plan plan = subject.plan();
    PlanNumbers numbers = subject.numbers();
    Diagnostics.Report report =
        diagnostics
            .report(Code.SCHEDULE_DEMANDS, plan.schedule().span(), objection.problem())
            .note(plan.batch().span(), "%d micro-batches".formatted(microBatches));
    Plan.AxisUse pipeline = plan.pipelineAxis();
    if (pipeline != null) {
      String axis = pipeline.axis();
      plan.axis(axis).ifPresent(a -> report.note(a.span(), numbers.describeAxis(axis)));
    }
    report.help(objection.remedy()).add();
  }
}
