package io.heddle.processor.model;

import io.heddle.processor.diagnose.Diagnostics;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The parameters of a model with the values that its file gives them. */
public final class ParameterDefaults {
  private ParameterDefaults() {}

  /** The values in order of declaration; empty after findings. */
  public static Optional<Map<String, Long>> of(Model model, Diagnostics findings) {
    NumberReader numbers = new NumberReader(PlanChanges.NONE.overrides(), findings);
    Set<String> names =
        new LinkedHashSet<>(model.parameters().stream().map(Model.Parameter::name).toList());
    Map<String, Long> values =
        numbers.values(
            model.parameters().stream()
                .map(each -> numbers.definition(each.name(), each.value(), each.span(), names))
                .toList(),
            0,
            NumberReader.LARGEST);
    return numbers.isComplete() && !findings.hasErrors() ? Optional.of(values) : Optional.empty();
  }
}
