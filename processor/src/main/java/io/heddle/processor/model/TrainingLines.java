package io.heddle.processor.model;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.syntax.PlanItem;
import java.util.LinkedHashMap;
import java.util.Map;

/** The lines of a plan about gradients and what is kept for them: `forward` leaves them no use. */
final class TrainingLines {
  private final PlanLines lines;
  private final Diagnostics diagnostics;

  TrainingLines(PlanLines lines, Diagnostics diagnostics) {
    this.lines = lines;
    this.diagnostics = diagnostics;
  }

  /**
   * Reports each such line of a plan that trains nothing.
   *
   * @param because the line that says so
   * @param word with which it begins
   */
  void reject(Span because, String word) {
    Map<PlanItem, String> useless = new LinkedHashMap<>();
    lines.items(PlanItem.Optimizer.class).forEach(item -> useless.put(item, "optimizer"));
    lines.items(PlanItem.Reduce.class).forEach(item -> useless.put(item, "reduce"));
    lines.items(PlanItem.Recompute.class).forEach(item -> useless.put(item, "recompute"));
    lines.items(PlanItem.Keep.class).forEach(item -> useless.put(item, "keep"));
    lines.items(PlanItem.Freeze.class).forEach(item -> useless.put(item, "freeze"));
    lines.items(PlanItem.Pin.class).stream()
        .filter(PlanItem.Pin::gradient)
        .forEach(pin -> useless.put(pin, "pin grad"));
    useless.forEach(
        (item, line) ->
            diagnostics
                .report(Code.TRAINING_LINE, item.span(), line)
                .note(because, "`%s` is here".formatted(word))
                .help("remove the line, or remove `%s`".formatted(word))
                .add());
  }
}
