package io.heddle.processor.model;

import io.heddle.plan.LayerKinds;
import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.syntax.Expression;
import java.util.Map;
import java.util.Optional;

/** Works out of which kind each layer of a model is. */
final class LayerNumbers {
  private final Model model;
  private final NumberReader numbers;
  private final Diagnostics diagnostics;

  LayerNumbers(Model model, NumberReader numbers, Diagnostics diagnostics) {
    this.model = model;
    this.numbers = numbers;
    this.diagnostics = diagnostics;
  }

  /** Empty after findings. */
  Optional<LayerKinds> kinds(Map<String, Long> parameters) {
    LayerKinds.Builder kinds = LayerKinds.builder();
    long total = 0;
    boolean valid = true;
    Span span = model.span();
    for (Model.Stack stack : model.stacks()) {
      span = stack.span();
      long repetitions =
          numbers.unnamedFromZero(
              "the number of layers", stack.repetitions(), parameters, stack.span());
      total += repetitions;
      kinds.stack(repetitions);
      long period = 0;
      for (Model.Run run : stack.pattern()) {
        Expression said = run.count();
        long count =
            said == null
                ? 1
                : numbers.unnamedFromZero("a count of layers", said, parameters, said.span());
        period += count;
        kinds.of(run.kind().number(), count);
      }
      if (repetitions > 0) {
        valid &= inRange("the layers of a pattern", period, stack.span());
      }
      boolean changes = stack.pattern().size() > 1;
      if (changes && total > LayerKinds.MOST) {
        diagnostics.report(Code.TOO_MANY_LAYERS, stack.span(), total, LayerKinds.MOST).add();
        valid = false;
      }
    }
    valid &= inRange("the number of layers", total, span);
    return valid && numbers.isComplete() ? Optional.of(kinds.build()) : Optional.empty();
  }

  private boolean inRange(String what, long value, Span span) {
    if (value < 1) {
      numbers.outOfRange(span, what, value, NumberReader.LARGEST);
    }
    return value >= 1;
  }
}
