package io.heddle.processor;

import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.model.PlanChanges;
import java.util.Map;
import java.util.Optional;

/** Steps of a plan that differ in numbers. Any thread may ask. */
public final class PlanSteps {
  private final PlanVariants variants;

  PlanSteps(PlanVariants variants) {
    this.variants = variants;
  }

  /**
   * The plan with other numbers; empty after findings.
   *
   * @param numbers by the names that {@code --set} takes
   * @param findings receives what is found of this step, warnings too
   */
  public Optional<Compiled> with(Map<String, Long> numbers, Diagnostics findings) {
    return variants.compile(PlanChanges.numbers(numbers), findings);
  }
}
