package io.heddle.cli.command;

import io.heddle.cli.failure.Exit;
import io.heddle.cli.failure.Failure;
import io.heddle.cli.file.Interruption;
import io.heddle.cli.option.BackendName;
import io.heddle.cli.option.BestOptions;
import io.heddle.cli.option.GivenPath;
import io.heddle.cli.option.ModeOption;
import io.heddle.cli.option.SettingsOption;
import io.heddle.cli.option.StragglerOptions;
import io.heddle.cli.option.SymmetryOption;
import io.heddle.cli.option.ThreadCount;
import io.heddle.cli.option.Version;
import io.heddle.cli.output.Progress;
import io.heddle.cli.source.Specification;
import io.heddle.cli.sweep.PointKey;
import io.heddle.cli.sweep.PointKeys;
import io.heddle.cli.sweep.PointResult;
import io.heddle.cli.sweep.ResultFile;
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
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Predicate;
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

  @Mixin private ModeOption modeOption = new ModeOption();

  @Mixin private SymmetryOption symmetryOption = new SymmetryOption();

  @Mixin private StragglerOptions stragglerOptions = new StragglerOptions();

  @Mixin private BestOptions best = new BestOptions();

  @Option(names = "--json", description = "Print JSON: every point.")
  private boolean json;

  @Override
  public Integer call() {
    ThreadCount.check(threads, spec);
    best.check(spec);
    Optional<Shard> shard = shard();
    if (output != null) {
      GivenPath.check("--output", output, spec);
    }
    Stragglers stragglers = stragglerOptions.stragglers(spec);
    modeOption.check(BackendName.CONGESTION_UNAWARE, stragglers);
    PlanChanges changes = settings.read(spec.commandLine().getErr());
    Specification specification = Specification.read(file);
    TfmCompiler compiler = specification.compiler();
    Optional<SweepCompiler> found =
        compiler.hasErrors() ? Optional.empty() : compiler.sweep(chosen(compiler), changes);
    PrintWriter err = spec.commandLine().getErr();
    err.print(Rendering.of(specification.findings()));
    err.flush();
    if (found.isEmpty()) {
      return Exit.WRONG_INPUT;
    }
    SweepCompiler sweep = found.get();
    SweepRun run = new SweepRun(sweep, stragglers, modeOption.mode(), symmetryOption.isOn());
    String title = "sweep " + sweep.sweep().name() + shard.map(of -> ", shard " + of).orElse("");
    if (output == null) {
      return print(title, sweep, points -> run(run, sweep, shard, points));
    }
    ResultFolder folder =
        ResultFolder.open(
            output,
            ResultIdentity.of(
                sweep.sweep().base().name(),
                specification.hashOfPlans(),
                changes.texts(),
                stragglers,
                modeOption.mode(),
                Version.number()));
    PointKeys own = run(run, sweep, shard, folder);
    return print(
        title,
        sweep,
        points -> {
          if (json) {
            folder.inOrder(point -> own.contains(point.key()), points);
          } else {
            folder.forEach(
                point -> {
                  if (own.contains(point.key())) {
                    points.accept(point);
                  }
                });
          }
        });
  }

  private Optional<Shard> shard() {
    try {
      return Optional.ofNullable(shardText).map(text -> Shard.parse(text, System.getenv()));
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--shard " + e.getMessage());
    }
  }

  /** Tells points to whoever wants to hear of them. */
  private interface Points {
    void forEach(Consumer<PointResult> points);
  }

  private int print(String title, SweepCompiler sweep, Points points) {
    PrintWriter out = spec.commandLine().getOut();
    SweepSummary summary = new SweepSummary(best.most(), best.order());
    if (json) {
      SweepOutput.print(
          out,
          sweep.sweep().name(),
          to ->
              points.forEach(
                  point -> {
                    summary.add(point);
                    to.accept(point);
                  }));
    } else {
      points.forEach(summary::add);
      out.print(SweepOutput.text(title, summary));
    }
    return summary.points() > 0 && summary.kept() == 0 ? Exit.WRONG_INPUT : Exit.OK;
  }

  /** Runs the points of a sweep whose results nobody keeps. */
  private void run(
      SweepRun run, SweepCompiler sweep, Optional<Shard> shard, Consumer<PointResult> points) {
    run(run, sweep, shard, key -> false, point -> {}, done -> done.result().ifPresent(points));
  }

  /**
   * Runs those points of a sweep that a folder lacks.
   *
   * @return the keys of all points of the sweep
   */
  private PointKeys run(
      SweepRun run, SweepCompiler sweep, Optional<Shard> shard, ResultFolder folder) {
    PointKeys finished = new PointKeys();
    folder.forEach(point -> finished.add(point.key()));
    PointKeys own = new PointKeys();
    try (ResultFile file = folder.append(shard)) {
      run(run, sweep, shard, finished::contains, file::add, done -> own.add(done.key()));
    }
    return own;
  }

  private void run(
      SweepRun run,
      SweepCompiler sweep,
      Optional<Shard> shard,
      Predicate<PointKey> isFinished,
      Consumer<PointResult> finished,
      Consumer<SweepRun.Finished> inOrder) {
    Shard share = shard.orElse(Shard.ALL);
    long all = share.of(sweep.size());
    AtomicLong done = new AtomicLong();
    try (Interruption interruption = Interruption.watch();
        Progress progress = Progress.of("sweeping")) {
      run.run(
          threads,
          share,
          isFinished,
          interruption::requested,
          finished,
          point -> {
            inOrder.accept(point);
            progress.to(done.incrementAndGet(), all);
          });
      if (interruption.requested()) {
        throw Failure.environment(
            "interrupted after %,d of %,d points%s"
                .formatted(
                    done.get(),
                    all,
                    output == null
                        ? "; with --output the same command goes on"
                        : "; the same command goes on"));
      }
    }
  }

  private String chosen(TfmCompiler compiler) {
    List<String> sweeps = compiler.sweeps();
    if (sweeps.isEmpty()) {
      throw Failure.wrongInput(file + ": has no sweep; see `sweep` in docs/language.md");
    }
    if (name != null) {
      if (!sweeps.contains(name)) {
        throw Failure.usage(
            "unknown sweep `%s`: %s has %s".formatted(name, file, String.join(", ", sweeps)));
      }
      return name;
    }
    if (sweeps.size() > 1) {
      throw Failure.usage(
          "%s has %d sweeps; choose one: --sweep %s"
              .formatted(file, sweeps.size(), String.join(", --sweep ", sweeps)));
    }
    return sweeps.get(0);
  }
}
