package io.heddle.processor.model;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.syntax.Declaration;
import io.heddle.processor.syntax.PlanItem;
import java.util.List;

/** Reports what is read, but not compiled, so that nothing written is silently ignored. */
final class NotYet {
  private static final List<String> SCHEDULES = List.of("interleaved", "zero_bubble");

  private final Diagnostics diagnostics;

  NotYet(Diagnostics diagnostics) {
    this.diagnostics = diagnostics;
  }

  private boolean report(Span place, String construct) {
    diagnostics.report(Code.NOT_SUPPORTED, place, construct).add();
    return true;
  }

  void plan(Declaration.Plan plan) {
    for (PlanItem item : plan.items()) {
      if (item instanceof PlanItem.Context context) {
        context(context);
      } else if (item instanceof PlanItem.Recompute recompute) {
        recompute(recompute);
      } else if (item instanceof PlanItem.Unfused unfused) {
        unfused(unfused);
      } else if (item instanceof PlanItem.Optimizer optimizer) {
        sharding(optimizer);
      }
    }
  }

  private void context(PlanItem.Context context) {
    if (context.kind().text().equals("ring")) {
      report(context.span(), "`context ring`");
    }
  }

  private void recompute(PlanItem.Recompute recompute) {
    for (PlanItem.What what : recompute.what()) {
      if (what.statement() != null) {
        report(what.block().span().to(what.statement().span()), "recomputing single statements");
      }
    }
  }

  private void unfused(PlanItem.Unfused unfused) {
    report(unfused.span(), "`unfused`");
  }

  private void sharding(PlanItem.Optimizer optimizer) {
    if (optimizer.gradientsSharded() || optimizer.weightsSharded()) {
      report(optimizer.span(), "sharding gradients or weights");
    }
  }

  /** Whether the schedule is one of the language that no phase knows, which is reported. */
  boolean schedule(PlanItem.Schedule schedule) {
    return SCHEDULES.contains(schedule.name().text())
        && report(schedule.span(), "the schedule `" + schedule.name() + "`");
  }
}
