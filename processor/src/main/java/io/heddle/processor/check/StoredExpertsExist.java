package io.heddle.processor.check;

import io.heddle.plan.WeightFormat;
import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.model.Plan;

/** A format for the weights of experts is said of a model that has some. */
final class StoredExpertsExist implements Check {
  @Override
  public void run(Subject subject, Diagnostics diagnostics) {
    Plan.Formats formats = subject.plan().formats();
    WeightFormat experts = formats.precision().experts();
    if (experts != null && subject.plan().model().expertRows().isEmpty()) {
      diagnostics
          .report(Code.NO_STORED_EXPERTS, formats.span(), experts.word())
          .help(
              "take it out, or write `weights %s`, which is for all linear layers"
                  .formatted(experts.word()))
          .add();
    }
  }
}
