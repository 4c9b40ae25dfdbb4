package io.heddle.cli.validate;

import io.heddle.cli.load.FlattenerLoader;
import io.heddle.processor.Imports;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.diagnose.Diagnostic;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Severity;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.model.PlanChanges;
import io.heddle.processor.program.RankProgram;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Compiles the plans of rows. Those that differ in numbers alone share a compiler and a generated
 * class. Safe for several threads.
 */
final class PlannedRowCompiler {
  private final Map<String, TfmCompiler> compilers = new HashMap<>();
  private final IdentityHashMap<RankProgram, FlattenerLoader> loaders = new IdentityHashMap<>();

  /**
   * Compiles a plan.
   *
   * @throws CannotSayException if it is none
   */
  PredictableRow compile(PlannedRow planned, List<String> assumed) throws CannotSayException {
    Compiled compiled = compile(planned);
    return new PredictableRow(compiled, loader(compiled), assumed);
  }

  private Compiled compile(PlannedRow planned) throws CannotSayException {
    TfmCompiler compiler = compiler(planned.text());
    Diagnostics findings = new Diagnostics();
    PlanChanges changes = PlanChanges.read(planned.settings(), findings);
    Optional<Compiled> compiled =
        compiler.compile(PlannedRow.PLAN, changes, findings).filter(Compiled::checkPlacement);
    if (compiled.isPresent()) {
      return compiled.get();
    }
    throw new CannotSayException(
        Stream.concat(findings.all().stream(), compiler.diagnostics().stream())
            .filter(finding -> finding.severity() == Severity.ERROR)
            .findFirst()
            .map(Diagnostic::message)
            .orElse("the plan does not compile"));
  }

  private synchronized TfmCompiler compiler(String text) {
    return compilers.computeIfAbsent(
        text, unused -> TfmCompiler.read(new Source("row", text), Imports.LIBRARY_ONLY));
  }

  private synchronized FlattenerLoader loader(Compiled compiled) {
    return loaders.computeIfAbsent(compiled.program(), unused -> FlattenerLoader.of(compiled));
  }
}
