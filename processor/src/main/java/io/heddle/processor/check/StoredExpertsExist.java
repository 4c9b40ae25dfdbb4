package io.heddle.processor.check;

import io.heddle.plan.Quantisation;
import io.heddle.plan.WeightFormat;
import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.model.Plan;

/** A format for the weights of experts, or for their rows, is said of a model that has some. */
final class StoredExpertsExist implements Check {
  @Override
  public void run(Subject subject, Diagnostics diagnostics) {
    Plan.Formats formats = subject.plan().formats();
    if (!subject.plan().model().expertRows().isEmpty()) {
      return;
    }
    Quantisation exchanges = formats.precision().activations().exchanges();
    if (exchanges != null) {
      diagnostics
          .report(Code.NO_EXCHANGES, formats.span(), exchanges)
          .help("take `exchanges %s` out".formatted(exchanges))
          .add();
    }
    WeightFormat experts = formats.precision().experts();
    if (experts != null) {
      diagnostics
          .report(Code.NO_STORED_EXPERTS, formats.span(), experts.word())
          .help(
              "take it out, or write `weights %s`, which is for all linear layers"
                  .formatted(experts.word()))
          .add();
    }
  }
}
