package io.heddle.cli.command;

import io.heddle.cli.failure.Exit;
import io.heddle.cli.failure.FaultTrace;
import io.heddle.cli.option.BackendName;
import io.heddle.cli.option.BestOptions;
import io.heddle.cli.option.ChosenName;
import io.heddle.cli.option.GivenPath;
import io.heddle.cli.option.ModeOption;
import io.heddle.cli.option.SettingsOption;
import io.heddle.cli.option.StragglerOptions;
import io.heddle.cli.option.SymmetryOption;
import io.heddle.cli.option.ThreadCount;
import io.heddle.cli.option.TimeSpan;
import io.heddle.cli.option.Version;
import io.heddle.cli.source.Specification;
import io.heddle.cli.sweep.PointKeys;
import io.heddle.cli.sweep.PointResult;
import io.heddle.cli.sweep.PointSimulation;
import io.heddle.cli.sweep.ResultFolder;
import io.heddle.cli.sweep.ResultIdentity;
import io.heddle.cli.sweep.Shard;
import io.heddle.cli.sweep.SweepOutput;
import io.heddle.cli.sweep.SweepRun;
import io.heddle.cli.sweep.SweepSummary;
import io.heddle.processor.SweepCompiler;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.diagnose.Rendering;
import io.heddle.processor.model.PlanChanges;
import io.heddle.runtime.straggler.Stragglers;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Simulates every point of a sweep. */
@Command(
    name = "sweep",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Simulate one training step of every point of a sweep.",
      "",
      "Prints the best of the points that fit into memory, then of those that do not, and why others"
          + " were dropped. With --output every point is kept as soon as it is finished: the same"
          + " command goes on after a run that was ended.",
      ""
    })
public final class SweepCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "FILE", description = "Specification, a .tfm file.")
  private Path file = Path.of("");

  @Option(
      names = "--sweep",
      paramLabel = "NAME",
      description = "Sweep of the file. May be left out if the file has only one.")
  private @Nullable String name;

  @Mixin private SettingsOption settings = new SettingsOption();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FOLDER",
      description =
          "Folder for the results. Points that it has are not run again; several processes may"
              + " work for one. See `heddle results`.")
  private @Nullable Path output;

  @Option(
      names = "--shard",
      paramLabel = "I/N",
      description =
          "Run every N-th point, from the I-th on: 1/4 to 4/4 together are all. `auto` is the task"
              + " of a Slurm array, `auto/N` also the index of a Kubernetes job of N.")
  private @Nullable String shardText;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Points that run at once (as many as processors). Changes no figure.")
  private int threads = Runtime.getRuntime().availableProcessors();

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

  @Mixin private BestOptions best = new BestOptions();

  @Option(
      names = "--dry-run",
      description =
          "Only count the points, and those that numbers alone rule out: no plan is made.")
  private boolean dryRun;

  @Option(names = "--json", description = "Print JSON: every point.")
  private boolean json;

  @Override
  public Integer call() {
    ThreadCount.check(threads, spec);
    best.check(spec);
    Shard share = shard();
    if (output != null) {
      GivenPath.check("--output", output, spec);
    }
    Stragglers stragglers = stragglerOptions.stragglers(spec);
    modeOption.check(BackendName.CONGESTION_UNAWARE, stragglers);
    PlanChanges changes = settings.read(spec.commandLine().getErr());
    Specification specification = Specification.read(file);
    TfmCompiler compiler = specification.compiler();
    Optional<SweepCompiler> found =
        compiler.hasErrors()
            ? Optional.empty()
            : compiler.sweep(
                ChosenName.of("sweep", "sweeps", file, name, compiler.sweeps()), changes);
    PrintWriter err = spec.commandLine().getErr();
    err.print(Rendering.of(specification.findings()));
    err.flush();
    if (found.isEmpty()) {
      return Exit.WRONG_INPUT;
    }
    SweepCompiler sweep = found.get();
    SweepRun run =
        new SweepRun(
            sweep,
            share,
            threads,
            new PointSimulation.Settings(
                stragglers, modeOption.mode(), symmetryOption.isOn(), Optional.ofNullable(limit)),
            FaultTrace.to(err, FaultTrace.isWanted()));
    boolean isWhole = share.equals(Shard.ALL);
    String title = "sweep " + sweep.sweep().name() + (isWhole ? "" : ", shard " + share);
    SweepSummary summary = new SweepSummary(best.most(), best.order());
    if (dryRun) {
      long left = run.count(summary::exclude);
      print(title, sweep, left, summary);
      return exit(share, left);
    }
    if (output == null) {
      print(title, sweep, summary, points -> run.run(summary::exclude, points));
    } else {
      ResultIdentity identity =
          ResultIdentity.of(
              sweep.sweep().base().name(),
              specification.hashOfPlans(),
              changes.texts(),
              stragglers,
              modeOption.mode(),
              Version.number());
      ResultFolder folder = ResultFolder.open(output, identity);
      PointKeys own = run.run(folder, summary::exclude);
      print(title, sweep, summary, points -> folder.inOrder(own, points));
    }
    return exit(share, summary.kept());
  }

  /** A sweep without a point is wrong; a share of one may well have none. */
  private static int exit(Shard share, long kept) {
    return kept == 0 && share.equals(Shard.ALL) ? Exit.WRONG_INPUT : Exit.OK;
  }

  private Shard shard() {
    try {
      return shardText == null ? Shard.ALL : Shard.parse(shardText, System.getenv());
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--shard " + e.getMessage());
    }
  }

  /**
   * Prints the points.
   *
   * @param all tells of each of them, in order
   */
  private void print(
      String title,
      SweepCompiler sweep,
      SweepSummary summary,
      Consumer<Consumer<PointResult>> all) {
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      SweepOutput.print(out, sweep.sweep().name(), sweep.size(), summary, all);
    } else {
      all.accept(summary::add);
      out.print(SweepOutput.text(title, summary));
    }
  }

  private void print(String title, SweepCompiler sweep, long left, SweepSummary summary) {
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      SweepOutput.printCount(out, sweep.sweep().name(), sweep.size(), left, summary);
    } else {
      out.print(SweepOutput.textOfCount(title, left, summary));
    }
  }
}
