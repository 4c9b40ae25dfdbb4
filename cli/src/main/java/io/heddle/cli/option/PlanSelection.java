package io.heddle.cli.option;

import io.heddle.cli.failure.Failure;
import io.heddle.cli.output.Findings;
import io.heddle.cli.source.Specification;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.diagnose.Diagnostic;
import io.heddle.processor.diagnose.Rendering;
import io.heddle.processor.diagnose.Spelling;
import io.heddle.processor.model.PlanChanges;
import io.heddle.runtime.astrasim.Provenance;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The arguments that name a plan, and the plan that they name. */
public final class PlanSelection {
  @Parameters(
      paramLabel = "FILE",
      description = "Specification: a .tfm file, or std/models/NAME.tfm from the library.")
  private Path file = Path.of("");

  @Option(
      names = "--plan",
      paramLabel = "NAME",
      description = "Plan to use (optional if the file has only one).")
  private @Nullable String plan;

  @Mixin private SettingsOption settings = new SettingsOption();

  /** The file that was given. */
  public Path file() {
    return file;
  }

  /** Whether anything is said but the file. */
  public boolean namesMore() {
    return plan != null || settings.isGiven();
  }

  /** Whether a plan is named. */
  boolean namesPlan() {
    return plan != null;
  }

  /** What is set, as it was given. */
  List<String> settings() {
    return settings.texts();
  }

  /**
   * A plan without errors.
   *
   * @param changes of the plan of the file
   * @param fits its machine
   */
  public record Selected(
      Specification specification, Compiled compiled, PlanChanges changes, boolean fits) {
    /** The plan as a file of its own, with its changes. */
    public String planText() {
      return specification
          .compiler()
          .planText(compiled.plan().name(), changes)
          .orElseThrow(() -> new IllegalStateException("a plan that compiles has a text"));
    }

    /** Where it comes from. */
    public Provenance provenance() {
      return new Provenance(
          Version.number(), specification.hash(), changes.texts(), specification.texts());
    }
  }

  /**
   * Compiles the plan and checks that it fits its machine. Findings are printed.
   *
   * @return empty if there are errors
   * @throws Failure if the arguments name no plan
   */
  public Optional<Selected> select(PrintWriter err) {
    return select(err, refused -> {});
  }

  /**
   * Compiles the plan and checks that it fits its machine. Findings are printed.
   *
   * @param refused hears all findings if there are errors
   * @return empty if there are errors
   * @throws Failure if the arguments name no plan
   */
  public Optional<Selected> select(PrintWriter err, Consumer<List<Diagnostic>> refused) {
    Optional<Selected> selected = compile(err, refused);
    if (selected.isEmpty()) {
      return selected;
    }
    boolean fits = selected.get().compiled().checkPlacement();
    List<Diagnostic> findings = selected.get().specification().findings();
    print(findings, err);
    if (!fits) {
      refused.accept(findings);
      return Optional.empty();
    }
    return selected;
  }

  /**
   * Compiles the plan. Whether it fits its machine is no error: what speaks against it is printed
   * as a warning.
   *
   * @return empty if there are errors
   * @throws Failure if the arguments name no plan
   */
  public Optional<Selected> selectOnAnyMachine(PrintWriter err) {
    return compile(err, refused -> {})
        .map(
            plan -> {
              boolean fits = plan.compiled().checkPlacement();
              plan.specification().findings().forEach(finding -> err.print(Findings.mild(finding)));
              err.flush();
              return new Selected(plan.specification(), plan.compiled(), plan.changes(), fits);
            });
  }

  /** Compiles the plan; prints the findings if there are errors. */
  private Optional<Selected> compile(PrintWriter err, Consumer<List<Diagnostic>> refused) {
    PlanChanges changes = settings.read(err);
    Specification specification = Specification.read(file);
    TfmCompiler compiler = specification.compiler();
    Optional<Compiled> compiled =
        compiler.hasErrors() ? Optional.empty() : compiler.compile(name(compiler), changes);
    if (compiled.isEmpty()) {
      List<Diagnostic> findings = specification.findings();
      print(findings, err);
      refused.accept(findings);
    }
    return compiled.map(plan -> new Selected(specification, plan, changes, true));
  }

  static void print(List<Diagnostic> findings, PrintWriter err) {
    err.print(Rendering.of(findings));
    err.flush();
  }

  /** Nobody can add a plan to a file of the library. */
  private Failure withoutPlan(List<String> models) {
    if (models.isEmpty()) {
      return Failure.usage(file + " has no models: import it where you need what it declares");
    }
    return Failure.usage(
        "%s has no plan of its own: write a file with `import \"%s\"` and `plan P of %s { … }`; it has %s"
            .formatted(file, file, models.get(0), String.join(", ", models)));
  }

  private String name(TfmCompiler compiler) {
    List<String> plans = compiler.plans();
    if (plan != null && !plans.isEmpty()) {
      if (!plans.contains(plan)) {
        throw Failure.usage(
            "unknown plan `%s`: %s has %s%s"
                .formatted(plan, file, String.join(", ", plans), Spelling.hint(plan, plans)));
      }
      return plan;
    }
    List<String> own = compiler.ownPlans();
    if (own.size() == 1) {
      return own.get(0);
    }
    if (plans.size() > 1) {
      throw Failure.usage(
          "%s has %d plans; choose one: --plan %s"
              .formatted(file, plans.size(), String.join(", --plan ", plans)));
    }
    if (plans.isEmpty() && Specification.isOfLibrary(file)) {
      throw withoutPlan(compiler.ownModels());
    }
    // Without any plan the compiler says so.
    return plans.isEmpty() ? "" : plans.get(0);
  }
}
