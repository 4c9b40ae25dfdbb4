package io.heddle.cli.option;

import io.heddle.cli.source.Specification;
import io.heddle.cli.sweep.PointSimulation;
import io.heddle.cli.sweep.Swept;
import io.heddle.processor.SweepCompiler;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.diagnose.Rendering;
import io.heddle.processor.model.PlanChanges;
import io.heddle.runtime.straggler.Stragglers;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What is swept, and how each of its points is simulated: all that a result depends on. */
public final class SweptOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Parameters(paramLabel = "FILE", description = "Specification, a .tfm file.")
  private Path file = Path.of("");

  @Option(
      names = "--sweep",
      paramLabel = "NAME",
      description = "Sweep to run (optional if the file has only one).")
  private @Nullable String name;

  @Mixin private SettingsOption settings = new SettingsOption();

  @Option(
      names = "--point-limit",
      paramLabel = "TIME",
      converter = TimeSpan.class,
      description =
          "Drop points that take longer, such as 30s or 5m. A later run with --output tries them"
              + " again.")
  private @Nullable Duration limit;

  @Mixin private ModeOption modeOption = new ModeOption();

  @Mixin private SymmetryOption symmetryOption = new SymmetryOption();

  @Mixin private StragglerOptions stragglerOptions = new StragglerOptions();

  /** The specification. */
  public Path file() {
    return file;
  }

  /**
   * How each point is simulated.
   *
   * @throws io.heddle.cli.failure.Failure of usage if the mode cannot do it
   */
  public PointSimulation.Settings settings() {
    Stragglers stragglers = stragglerOptions.stragglers(spec);
    modeOption.check(BackendName.CONGESTION_UNAWARE, stragglers);
    return new PointSimulation.Settings(
        stragglers, modeOption.mode(), symmetryOption.isOn(), Optional.ofNullable(limit));
  }

  /**
   * What is changed of the plan that all points vary.
   *
   * @throws io.heddle.cli.failure.Failure of usage if it cannot be read
   */
  public PlanChanges changes() {
    return settings.read(spec.commandLine().getErr());
  }

  /**
   * The sweep of a specification; empty if the specification is wrong, which is printed then.
   *
   * @param specification of the file
   */
  public Optional<Swept> swept(
      Specification specification, PlanChanges changes, PointSimulation.Settings settings) {
    TfmCompiler compiler = specification.compiler();
    Optional<SweepCompiler> found =
        compiler.hasErrors()
            ? Optional.empty()
            : compiler.sweep(
                ChosenName.of("sweep", "sweeps", file, name, compiler.sweeps()), changes);
    PrintWriter err = spec.commandLine().getErr();
    err.print(Rendering.of(specification.findings()));
    err.flush();
    return found.map(sweep -> new Swept(specification, sweep, changes, settings));
  }
}
