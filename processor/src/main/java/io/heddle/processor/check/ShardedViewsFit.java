package io.heddle.processor.check;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.model.Plan;
import io.heddle.processor.model.PlanNumbers;
import java.util.List;

/**
 * Where optimizer states are split over an axis, the gradient groups of a view are split over their
 * part within that axis. This is whole only if neighbours in such a group differ in that axis
 * alone.
 */
final class ShardedViewsFit implements OfMicroBatch {
  @Override
  public void run(Subject subject, Diagnostics diagnostics) {
    Plan plan = subject.plan();
    PlanNumbers numbers = subject.numbers();
    for (Plan.View view : plan.views()) {
      Plan.ViewAxis outer = view.to().get(0);
      boolean isNamed =
          plan.optimizer().shardedOver().stream().anyMatch(use -> use.axis().equals(outer.name()));
      if (isNamed || !plan.isOptimizerSharded(outer.name()) || numbers.axis(outer.name()) == 1) {
        continue;
      }
      long stride = 1;
      for (Plan.ViewAxis inner : view.to().subList(1, view.to().size())) {
        stride *= numbers.axis(inner.name());
      }
      long rest = 1;
      for (String inner : view.from().subList(1, view.from().size())) {
        rest *= numbers.axis(inner);
      }
      if (stride % rest != 0) {
        String axis = view.from().get(0);
        List<String> others = view.from().subList(1, view.from().size());
        diagnostics
            .report(Code.SHARDED_VIEW, view.span(), outer.name(), numbers.axis(outer.name()), axis)
            .help(
                "make the other axes of the view a multiple of %s = %d, or do not shard over %s"
                    .formatted(String.join(" x ", others), rest, axis))
            .add();
      }
    }
  }
}
