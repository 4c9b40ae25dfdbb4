package io.heddle.cli.option;

import io.heddle.cli.failure.Failure;
import io.heddle.cli.pool.PoolSettings;
import io.heddle.cli.pool.ServeTraces;
import io.heddle.cli.source.Specification;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.diagnose.Diagnostic;
import io.heddle.processor.model.Serving;
import io.heddle.runtime.astrasim.Provenance;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option {@code --serve}: the pools of a `serve` in place of one plan. */
public final class ServeOption {
  @Option(
      names = "--serve",
      paramLabel = "NAME",
      description =
          "Use a `serve` with two pools instead of a plan: all ranks of both pools, with the"
              + " caches that move between them. --steps counts decode steps (default: 1); --set"
              + " names the pool: prefill.tp=4,decode.count=2.")
  private @Nullable String serve;

  /** Whether it is given. */
  public boolean isGiven() {
    return serve != null;
  }

  /** A `serve` without errors. */
  public record Served(Specification specification, Serving serving, PoolSettings settings) {
    /** Its pools; empty if their plans have errors, which are among the findings then. */
    public Optional<ServeTraces> traces() {
      return ServeTraces.of(specification.compiler(), serving, settings);
    }

    /** Where it comes from. */
    public Provenance provenance() {
      return new Provenance(
          Version.number(), specification.hash(), settings.texts(), specification.texts());
    }

    /** Prints all findings so far. */
    public void printFindings(PrintWriter err) {
      PlanSelection.print(specification.findings(), err);
    }
  }

  /**
   * Resolves what the option names. Findings are printed if there are errors.
   *
   * @param selection names the file
   * @param refused hears all findings if there are errors
   * @return empty if there are errors
   * @throws Failure if the arguments do not go together, or name nothing
   */
  public Optional<Served> select(
      PlanSelection selection, PrintWriter err, Consumer<List<Diagnostic>> refused) {
    if (selection.namesPlan()) {
      throw Failure.usage("--serve names the plans of its pools: leave out --plan");
    }
    PoolSettings settings = PoolSettings.read(selection.settings());
    Specification specification = Specification.read(selection.file());
    TfmCompiler compiler = specification.compiler();
    Optional<Serving> serving =
        compiler.hasErrors()
            ? Optional.empty()
            : compiler.serve(
                ChosenName.of("serve", "serves", selection.file(), serve, compiler.serves()));
    if (serving.isEmpty()) {
      PlanSelection.print(specification.findings(), err);
      refused.accept(specification.findings());
    }
    return serving.map(found -> new Served(specification, found, settings));
  }
}
