package io.heddle.cli.command;

import io.heddle.cli.failure.Exit;
import io.heddle.cli.failure.Failure;
import io.heddle.cli.option.BackendName;
import io.heddle.cli.option.GivenPath;
import io.heddle.cli.option.ModeOption;
import io.heddle.cli.option.SettingsOption;
import io.heddle.cli.option.StragglerOptions;
import io.heddle.cli.option.ThreadCount;
import io.heddle.cli.option.Version;
import io.heddle.cli.output.Progress;
import io.heddle.cli.source.Specification;
import io.heddle.cli.sweep.Journal;
import io.heddle.cli.sweep.PointResult;
import io.heddle.cli.sweep.SweepOutput;
import io.heddle.cli.sweep.SweepRun;
import io.heddle.processor.SweepCompiler;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.diagnose.Rendering;
import io.heddle.processor.model.PlanChanges;
import io.heddle.runtime.straggler.Stragglers;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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
      "Prints the points that fit into memory, the fastest first, then those that do not, and why"
          + " others were dropped. With --output every point is kept as soon as it is finished:"
          + " --resume goes on after a run that was ended.",
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
      paramLabel = "FILE",
      description = "File for the results, a line of JSON for each point.")
  private @Nullable Path output;

  @Option(names = "--resume", description = "Go on with the file of --output.")
  private boolean resume;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Points that run at once (as many as processors). Changes no figure.")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Mixin private ModeOption modeOption = new ModeOption();

  @Mixin private StragglerOptions stragglerOptions = new StragglerOptions();

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() {
    ThreadCount.check(threads, spec);
    if (output != null) {
      GivenPath.check("--output", output, spec);
    } else if (resume) {
      throw new ParameterException(spec.commandLine(), "--resume: needs --output");
    }
    Stragglers stragglers = stragglerOptions.stragglers(spec);
    modeOption.check(BackendName.CONGESTION_UNAWARE, stragglers);
    PlanChanges changes = settings.read(spec.commandLine().getErr());
    Specification specification = Specification.read(file);
    TfmCompiler compiler = specification.compiler();
    Optional<SweepCompiler> sweep =
        compiler.hasErrors() ? Optional.empty() : compiler.sweep(chosen(compiler), changes);
    PrintWriter err = spec.commandLine().getErr();
    err.print(Rendering.of(specification.findings()));
    err.flush();
    if (sweep.isEmpty()) {
      return Exit.WRONG_INPUT;
    }
    List<PointResult> results = run(sweep.get(), specification, changes, stragglers);
    results.sort(Comparator.comparingLong(PointResult::number));
    PrintWriter out = spec.commandLine().getOut();
    String title = sweep.get().sweep().name();
    if (json) {
      SweepOutput.print(out, title, results);
    } else {
      out.print(SweepOutput.text(title, results));
    }
    boolean none = results.stream().allMatch(result -> result.figures().isEmpty());
    return none ? Exit.WRONG_INPUT : Exit.OK;
  }

  private List<PointResult> run(
      SweepCompiler sweep,
      Specification specification,
      PlanChanges changes,
      Stragglers stragglers) {
    if (output == null) {
      List<PointResult> results = new ArrayList<>();
      run(new SweepRun(sweep, stragglers, modeOption.mode()), sweep.size(), results, result -> {});
      return results;
    }
    Journal.Key key =
        new Journal.Key(
            sweep.sweep().name(),
            sweep.size(),
            specification.hash(),
            changes.texts(),
            stragglers,
            modeOption.mode(),
            Version.number());
    try (Journal journal = resume ? Journal.resume(output, key) : Journal.create(output, key)) {
      List<PointResult> results = new ArrayList<>(journal.finished());
      run(new SweepRun(sweep, stragglers, modeOption.mode()), sweep.size(), results, journal::add);
      return results;
    }
  }

  private void run(
      SweepRun sweep, long points, List<PointResult> results, Consumer<PointResult> finished) {
    Set<Long> done = new HashSet<>();
    results.forEach(result -> done.add(result.number()));
    try (Progress progress = Progress.of("sweeping")) {
      sweep.run(
          threads,
          done::contains,
          result -> {
            finished.accept(result);
            results.add(result);
            progress.to(results.size(), points);
          });
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
