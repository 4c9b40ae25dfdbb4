package io.heddle.cli.command;

import io.heddle.cli.failure.Exit;
import io.heddle.cli.failure.Failure;
import io.heddle.cli.memory.PlanMemory;
import io.heddle.cli.option.SettingsOption;
import io.heddle.cli.option.Version;
import io.heddle.cli.output.CheckedPlan;
import io.heddle.cli.output.Findings;
import io.heddle.cli.output.PointProgress;
import io.heddle.cli.source.Specification;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.diagnose.Diagnostic;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Plural;
import io.heddle.processor.diagnose.Rendering;
import io.heddle.processor.diagnose.Severity;
import io.heddle.processor.model.PlanChanges;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Checks every model and plan of files. */
@Command(
    name = "check",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Check all models and plans of files: print errors, and the key numbers of each plan.",
      ""
    })
public final class CheckCommand implements Callable<Integer> {
  /** How findings are printed. */
  enum Format {
    text,
    json
  }

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "FILE", arity = "1..*", description = "Specifications, .tfm files.")
  private List<Path> files = new ArrayList<>();

  @Option(
      names = "--plan",
      paramLabel = "NAME",
      description = "Plan to check, with its sweeps (default: all of each file).")
  private @Nullable String plan;

  @Mixin private SettingsOption settings = new SettingsOption();

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = "Output format: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Format format = Format.text;

  @Option(names = "--json", description = "The same as --format json.")
  private boolean json;

  @Option(
      names = {"-q", "--quiet"},
      description = "Print findings only.")
  private boolean quiet;

  @Override
  public Integer call() {
    PlanChanges changes = settings.read(spec.commandLine().getErr());
    List<Diagnostic> findings = new ArrayList<>();
    List<Findings.Unread> unread = new ArrayList<>();
    List<CheckedPlan> found = new ArrayList<>();
    int exit = Exit.OK;
    for (Path file : files) {
      try (PointProgress progress = new PointProgress()) {
        Specification specification = Specification.read(file);
        TfmCompiler compiler = specification.compiler();
        compiler.check(plans(compiler, changes), changes, progress);
        specification.findings().stream().filter(f -> !findings.contains(f)).forEach(findings::add);
        if (specification.compiler().hasErrors()) {
          exit = Math.max(exit, Exit.WRONG_INPUT);
        } else if (json || format == Format.json || !quiet) {
          found.addAll(plans(file, compiler, changes));
        }
      } catch (Failure failure) {
        unread.add(new Findings.Unread(file.toString(), String.valueOf(failure.getMessage())));
        exit = Math.max(exit, failure.exit());
      }
    }
    PrintWriter out = spec.commandLine().getOut();
    if (json || format == Format.json) {
      Findings.print(out, findings, unread, found);
    } else {
      print(out, findings, unread, found);
    }
    return exit;
  }

  /** What the plans of a file come to: its findings are known already. */
  private List<CheckedPlan> plans(Path file, TfmCompiler compiler, PlanChanges changes) {
    List<CheckedPlan> found = new ArrayList<>();
    for (String name : plan == null ? compiler.ownPlans() : List.of(plan)) {
      compiler
          .compile(name, changes, Diagnostics.ofErrors())
          .map(each -> CheckedPlan.of(file.toString(), each, PlanMemory.ifCountable(each)))
          .ifPresent(found::add);
    }
    return found;
  }

  /** Settings are meant for the file, not for the plans that it imports. */
  private List<String> plans(TfmCompiler compiler, PlanChanges changes) {
    if (plan != null) {
      return List.of(plan);
    }
    return changes.isEmpty() ? compiler.plans() : compiler.ownPlans();
  }

  private void print(
      PrintWriter out,
      List<Diagnostic> findings,
      List<Findings.Unread> unread,
      List<CheckedPlan> found) {
    unread.forEach(file -> spec.commandLine().getErr().println("heddle: " + file.message()));
    out.print(Rendering.of(findings));
    if (quiet) {
      return;
    }
    out.print(CheckedPlan.table(found));
    long errors = findings.stream().filter(f -> f.severity() == Severity.ERROR).count();
    long warnings = findings.size() - errors;
    out.print(
        "%s checked: %s, %s\n"
            .formatted(
                Plural.of(files.size() - unread.size(), "file"),
                Plural.of(errors, "error"),
                Plural.of(warnings, "warning")));
  }
}
