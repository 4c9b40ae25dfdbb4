package io.heddle.processor;

import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.model.PlanChanges;
import io.heddle.processor.model.PlanNumbers;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Steps of a plan that differ in numbers. Any thread may ask. */
public final class PlanSteps {
  private final PlanVariants variants;
  private final Diagnostics ofFile;

  /**
   * Steps of a plan.
   *
   * @param ofFile findings of what the plan names
   */
  PlanSteps(PlanVariants variants, Diagnostics ofFile) {
    this.variants = variants;
    this.ofFile = ofFile;
  }

  /**
   * Ranks of the mesh, also where the numbers that the plan is written with cannot be; empty where
   * its axes have no sizes.
   *
   * @param numbers that hold in place of the plan's
   */
  public OptionalLong ranks(Map<String, Long> numbers) {
    Diagnostics unheard = new Diagnostics();
    return variants
        .plan(List.of(), unheard)
        .flatMap(plan -> PlanNumbers.of(plan, PlanChanges.numbers(numbers), unheard))
        .map(
            found ->
                OptionalLong.of(found.axes().values().stream().reduce(1L, Math::multiplyExact)))
        .orElse(OptionalLong.empty());
  }

  /**
   * The plan with other numbers; empty after findings.
   *
   * @param numbers by the names that {@code --set} takes
   * @param findings receives what is found of this step, warnings too, and why there can be none
   * @throws UnexplainedException if there is none and no finding says why
   */
  public Optional<Compiled> with(Map<String, Long> numbers, Diagnostics findings) {
    Optional<Compiled> compiled = variants.compile(PlanChanges.numbers(numbers), findings);
    if (compiled.isEmpty() && !findings.hasErrors()) {
      findings.addAll(ofFile.all());
      if (!findings.hasErrors()) {
        throw new UnexplainedException("a step with " + numbers);
      }
    }
    return compiled;
  }
}
