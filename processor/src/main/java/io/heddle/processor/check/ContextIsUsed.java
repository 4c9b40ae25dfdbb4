package io.heddle.processor.check;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Operation.Attend;
import io.heddle.processor.model.Plan;

/** Advice on {@code context}: it says nothing where no axis splits the keys of attention. */
final class ContextIsUsed implements Advice {
  @Override
  public void run(Subject subject, Diagnostics diagnostics) {
    Plan plan = subject.plan();
    if (plan.context().kind() == Plan.Context.Kind.NONE) {
      return;
    }
    boolean used =
        plan.model().blocks().stream()
            .flatMap(block -> block.operations().stream())
            .anyMatch(op -> op instanceof Attend attend && isSplit(plan, attend));
    if (!used) {
      diagnostics
          .report(Code.CONTEXT_UNUSED, plan.context().span())
          .help("split the dimension of the keys in `shard`, such as `s over cp`")
          .add();
    }
  }

  private static boolean isSplit(Plan plan, Attend attend) {
    Dim keys = attend.keys();
    boolean asStream =
        plan.stream().containsKey(keys)
            && attend.inputs().stream().anyMatch(input -> plan.model().isStream(input.dims()));
    return asStream
        || !plan.shardOf(keys).isEmpty()
        || plan.pins().stream().anyMatch(pin -> pin.split().containsKey(keys));
  }
}
