package io.heddle.processor.model;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.syntax.Declaration;
import io.heddle.processor.syntax.PlanItem;

/** Reports what is read, but not compiled, so that nothing written is silently ignored. */
final class NotYet {
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
      if (item instanceof PlanItem.Optimizer optimizer) {
        sharding(optimizer);
      }
    }
  }

  private void sharding(PlanItem.Optimizer optimizer) {
    if (optimizer.gradientsSharded() || optimizer.weightsSharded()) {
      report(optimizer.span(), "sharding gradients or weights");
    }
  }
}
