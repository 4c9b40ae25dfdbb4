package io.heddle.processor.check;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Operation;
import io.heddle.processor.model.Operation.Attend;
import io.heddle.processor.model.Operation.Declared;
import io.heddle.processor.model.Plan;

/**
 * Advice on {@code context}: it says nothing where no axis splits the keys of attention, nor what
 * an operation scans.
 */
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
            .anyMatch(op -> isSplit(plan, op));
    if (!used) {
      diagnostics
          .report(Code.CONTEXT_UNUSED, plan.context().span())
          .help("split the dimension of the keys in `shard`, such as `s over cp`")
          .add();
    }
  }

  private static boolean isSplit(Plan plan, Operation op) {
    if (op instanceof Attend attend) {
      return isSplit(plan, attend, attend.keys());
    }
    return op instanceof Declared own
        && own.of().scan() != null
        && isSplit(plan, own, own.of().scan().over());
  }

  private static boolean isSplit(Plan plan, Operation op, Dim over) {
    boolean asStream =
        plan.stream().containsKey(over)
            && op.inputs().stream().anyMatch(input -> plan.model().isStream(input.dims()));
    return asStream
        || !plan.shardOf(over).isEmpty()
        || plan.pins().stream().anyMatch(pin -> pin.split().containsKey(over));
  }
}
