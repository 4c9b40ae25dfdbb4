package io.heddle.processor.check;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.model.Arithmetic;
import io.heddle.processor.model.Model;

/** The model's own conditions on its parameters. */
final class RequirementsHold implements Check {
  @Override
  public void run(Subject subject, Diagnostics diagnostics) {
    Arithmetic arithmetic = new Arithmetic(subject.numbers().parameters(), diagnostics);
    for (Model.Requirement requirement : subject.plan().model().requirements()) {
      if (arithmetic.evaluate(requirement.condition()).orElse(1L) == 0) {
        diagnostics.report(Code.REQUIREMENT, requirement.span(), requirement.message()).add();
      }
    }
  }
}
