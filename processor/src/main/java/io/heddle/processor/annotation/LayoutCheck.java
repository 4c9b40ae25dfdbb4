package io.heddle.processor.annotation;

import io.heddle.processor.TfmCompiler;
import io.heddle.processor.diagnose.Diagnostic;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Spelling;
import io.heddle.processor.model.PlanChanges;
import java.util.List;
import java.util.Optional;

/** Checks the layout that an annotation names: a plan of a file, with settings. */
final class LayoutCheck {
  /** What findings in the settings call their place. */
  private static final String SETTINGS = "set";

  private final CompiledFiles files;
  private final Reporter reporter;

  LayoutCheck(CompiledFiles files, Reporter reporter) {
    this.files = files;
    this.reporter = reporter;
  }

  /**
   * Checks one.
   *
   * @param file the file that the annotation itself or what encloses it names; empty for none
   */
  void run(AnnotationUse use, String file) {
    if (file.isEmpty()) {
      reporter.error(
          "no file: write file = \"….tfm\", or annotate the class with @TransformerModel",
          use,
          "plan");
      return;
    }
    String attribute = use.value("file").isPresent() ? "file" : "plan";
    Optional<TfmCompiler> compiler = files.get(file);
    if (compiler.isEmpty()) {
      reporter.error(files.refusal(file), use, attribute);
      return;
    }
    if (compiler.get().hasErrors()) {
      reporter.reportFile(compiler.get().diagnostics(), use, attribute);
      return;
    }
    plan(use, file, compiler.get().plans()).ifPresent(plan -> check(use, compiler.get(), plan));
  }

  private Optional<String> plan(AnnotationUse use, String file, List<String> plans) {
    String plan = use.text("plan");
    if (plan.isEmpty() && plans.size() == 1) {
      return Optional.of(plans.get(0));
    }
    if (plans.contains(plan)) {
      return Optional.of(plan);
    }
    String nearest = Spelling.question(plan, plans).map(" "::concat).orElse("");
    reporter.error(
        plan.isEmpty()
            ? "%s has several plans: write plan = one of %s".formatted(file, some(plans))
            : "%s has no plan `%s`;%s it has %s".formatted(file, plan, nearest, some(plans)),
        use,
        "plan");
    return Optional.empty();
  }

  private static String some(List<String> plans) {
    return plans.isEmpty() ? "none" : String.join(", ", plans);
  }

  private void check(AnnotationUse use, TfmCompiler compiler, String plan) {
    Diagnostics findings = new Diagnostics();
    PlanChanges changes = PlanChanges.read(SETTINGS, use.texts("set"), findings);
    compiler.compile(plan, changes, findings).ifPresent(TfmCompiler.Compiled::checkPlacement);
    for (Diagnostic finding : findings.all()) {
      boolean isOfSettings = finding.span().source().path().equals(SETTINGS);
      reporter.report(List.of(finding), use, isOfSettings ? "set" : "plan");
    }
  }
}
