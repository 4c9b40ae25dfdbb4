package io.heddle.cli.language;

import io.heddle.cli.source.Specification;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.diagnose.Diagnostic;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Severity;
import io.heddle.processor.model.PlanChanges;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** One version of a file, with what the compiler finds of it. Used by one thread. */
public final class Analysis {
  private final SpecificationNames names;
  private final List<Diagnostic> findings;

  /** Without what {@link #findings} found of plans: an error in one says nothing of another. */
  private final TfmCompiler compiler;

  private final Map<String, Optional<PlanFacts>> plans = new HashMap<>();

  private Analysis(SpecificationNames names, List<Diagnostic> findings, TfmCompiler compiler) {
    this.names = names;
    this.findings = List.copyOf(findings);
    this.compiler = compiler;
  }

  /**
   * Analyses a text as if it stood in a file.
   *
   * @param open texts of imported files that stand for what is in their folder
   */
  public static Analysis of(Path file, String text, Function<Path, Optional<String>> open) {
    Specification specification = Specification.of(file, text, open);
    TfmCompiler compiler = specification.compiler();
    compiler.check(compiler.ownPlans(), PlanChanges.NONE);
    TfmCompiler forPlans =
        compiler.hasErrors() ? Specification.of(file, text, open).compiler() : compiler;
    return new Analysis(SpecificationNames.of(specification), specification.findings(), forPlans);
  }

  public SpecificationNames names() {
    return names;
  }

  /** What is found of the file and its imports, in source order. */
  public List<Diagnostic> findings() {
    return findings;
  }

  /** Whether no finding is an error. */
  public boolean isWithoutErrors() {
    return findings.stream().noneMatch(finding -> finding.severity() == Severity.ERROR);
  }

  /** The plans of the file itself. */
  public List<String> ownPlans() {
    return names.specification().compiler().ownPlans();
  }

  /** Facts of a plan of the file or its imports; empty where it does not compile. */
  public Optional<PlanFacts> plan(String name) {
    return plans.computeIfAbsent(name, unused -> facts(name, PlanChanges.NONE));
  }

  /** Facts of a plan with changes; empty where it then does not compile. */
  public Optional<PlanFacts> facts(String name, PlanChanges changes) {
    Diagnostics found = new Diagnostics();
    if (!compiler.plans().contains(name)) {
      return Optional.empty();
    }
    return compiler.compile(name, changes, found).map(Analysis::facts);
  }

  /** Whether a plan compiles with changes, whatever its machine. */
  boolean compiles(String name, PlanChanges changes) {
    return compiler.plans().contains(name)
        && compiler.compile(name, changes, Diagnostics.ofErrors()).isPresent();
  }

  private static PlanFacts facts(Compiled compiled) {
    return new PlanFacts(compiled, compiled.checkPlacement());
  }
}
