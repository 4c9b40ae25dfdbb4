package io.heddle.processor.model;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.syntax.PlanItem;

/** The lines of a plan about gradients and what is kept for them: `forward` leaves them no use. */
final class TrainingLines {
  private final PlanLines lines;
  private final Diagnostics diagnostics;

  TrainingLines(PlanLines lines, Diagnostics diagnostics) {
    this.lines = lines;
    this.diagnostics = diagnostics;
  }

  /** Reports each such line of a plan that trains nothing. */
  void reject() {
    reject(PlanItem.Optimizer.class, "optimizer");
    reject(PlanItem.Reduce.class, "reduce");
    reject(PlanItem.Recompute.class, "recompute");
    reject(PlanItem.Keep.class, "keep");
    reject(PlanItem.Freeze.class, "freeze");
    lines.items(PlanItem.Pin.class).stream()
        .filter(PlanItem.Pin::gradient)
        .forEach(pin -> reject(pin, "pin grad"));
  }

  private void reject(Class<? extends PlanItem> kind, String word) {
    lines.items(kind).forEach(item -> reject(item, word));
  }

  private void reject(PlanItem item, String word) {
    PlanItem forward = lines.items(PlanItem.Forward.class).get(0);
    diagnostics
        .report(Code.TRAINING_LINE, item.span(), word)
        .note(forward.span(), "`forward` is here")
        .help("remove the line, or remove `forward`")
        .add();
  }
}
