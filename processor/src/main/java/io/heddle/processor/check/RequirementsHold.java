package io.heddle.processor.check;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.model.Arithmetic;
import io.heddle.processor.model.ExpressionNames;
import io.heddle.processor.model.Model;
import java.util.List;
import java.util.Map;

/** The model's own conditions on its parameters. */
final class RequirementsHold implements OfMicroBatch {
  @Override
  public void run(Subject subject, Diagnostics diagnostics) {
    Arithmetic arithmetic = new Arithmetic(subject.numbers().parameters(), diagnostics);
    for (Model.Requirement requirement : subject.plan().model().requirements()) {
      if (arithmetic.evaluate(requirement.condition()).orElse(1L) == 0) {
        Map<String, Long> values = subject.numbers().parameters();
        List<String> read =
            ExpressionNames.in(requirement.condition()).stream()
                .filter(values::containsKey)
                .map(name -> name + " = " + values.get(name))
                .toList();
        diagnostics
            .report(Code.REQUIREMENT, requirement.span(), requirement.message())
            .help("change one of its parameters: here " + String.join(", ", read))
            .add();
      }
    }
  }
}
