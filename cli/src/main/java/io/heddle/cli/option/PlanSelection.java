package io.heddle.cli.option;

import io.heddle.cli.failure.Failure;
import io.heddle.cli.load.Settings;
import io.heddle.cli.output.Findings;
import io.heddle.cli.source.Specification;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.diagnose.Diagnostic;
import io.heddle.processor.diagnose.Rendering;
import io.heddle.runtime.astrasim.Provenance;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The arguments that name a plan, and the plan that they name. */
public final class PlanSelection {
  @Parameters(paramLabel = "FILE", description = "Specification, a .tfm file.")
  private Path file = Path.of("");

  @Option(
      names = "--plan",
      paramLabel = "NAME",
      description = "Plan of the file. May be left out if the file has only one.")
  private @Nullable String plan;

  @Option(
      names = "--set",
      paramLabel = "NAME=VALUE",
      split = ",",
      description = {
        "Replace a number of the plan: an axis, a parameter of the model, batch, micro_batch,"
            + " chunks; or schedule, recompute. May be given several times, for other names."
      })
  private List<String> settings = new ArrayList<>();

  /** The file that was given. */
  public Path file() {
    return file;
  }

  /** Whether anything is said but the file. */
  public boolean namesMore() {
    return plan != null || !settings.isEmpty();
  }

  /**
   * A plan without errors.
   *
   * @param given settings as they were given
   * @param fits its machine
   */
  public record Selected(
      Specification specification,
      Compiled compiled,
      Settings settings,
      List<String> given,
      boolean fits) {
    /** Where it comes from. */
    public Provenance provenance() {
      return new Provenance(Version.number(), specification.hash(), given, specification.texts());
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
              return new Selected(
                  plan.specification(), plan.compiled(), plan.settings(), plan.given(), fits);
            });
  }

  /** Compiles the plan; prints the findings if there are errors. */
  private Optional<Selected> compile(PrintWriter err, Consumer<List<Diagnostic>> refused) {
    Settings chosen = Settings.of(settings);
    Specification specification = Specification.read(file);
    TfmCompiler compiler = specification.compiler();
    Optional<Compiled> compiled =
        compiler.hasErrors()
            ? Optional.empty()
            : compiler.compile(name(compiler), chosen.compiled());
    if (compiled.isEmpty()) {
      List<Diagnostic> findings = specification.findings();
      print(findings, err);
      refused.accept(findings);
    }
    return compiled.map(plan -> new Selected(specification, plan, chosen, settings, true));
  }

  private static void print(List<Diagnostic> findings, PrintWriter err) {
    err.print(Rendering.of(findings));
    err.flush();
  }

  private String name(TfmCompiler compiler) {
    List<String> plans = compiler.plans();
    if (plan != null && !plans.isEmpty()) {
      if (!plans.contains(plan)) {
        throw Failure.usage(
            "unknown plan `%s`: %s has %s".formatted(plan, file, String.join(", ", plans)));
      }
      return plan;
    }
    if (plans.size() > 1) {
      throw Failure.usage(
          "%s has %d plans; choose one: --plan %s"
              .formatted(file, plans.size(), String.join(", --plan ", plans)));
    }
    // Without any plan the compiler says so.
    return plans.isEmpty() ? "" : plans.get(0);
  }
}
