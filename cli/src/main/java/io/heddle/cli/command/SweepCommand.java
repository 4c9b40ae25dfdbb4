package io.heddle.cli.command;

import io.heddle.cli.failure.Exit;
import io.heddle.cli.failure.FaultTrace;
import io.heddle.cli.option.BestOptions;
import io.heddle.cli.option.GivenPath;
import io.heddle.cli.option.SweptOptions;
import io.heddle.cli.option.ThreadCount;
import io.heddle.cli.option.Version;
import io.heddle.cli.source.Specification;
import io.heddle.cli.sweep.FolderRun;
import io.heddle.cli.sweep.PointKeys;
import io.heddle.cli.sweep.PointResult;
import io.heddle.cli.sweep.PointSimulation;
import io.heddle.cli.sweep.ResultFolder;
import io.heddle.cli.sweep.Shard;
import io.heddle.cli.sweep.SweepOutput;
import io.heddle.cli.sweep.SweepRun;
import io.heddle.cli.sweep.SweepSummary;
import io.heddle.cli.sweep.Swept;
import io.heddle.processor.SweepCompiler;
import io.heddle.processor.model.PlanChanges;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Simulates every point of a sweep. */
@Command(
    name = "sweep",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Simulate one step of every point of a sweep.",
      "",
      "Prints the best points that fit into memory, then the best that do not, and why others"
          + " were dropped. With --output, each finished point is stored at once, and the same"
          + " command resumes an interrupted sweep.",
      ""
    })
public final class SweepCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private SweptOptions swept = new SweptOptions();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FOLDER",
      description =
          "Folder for the results. Points that are already in it are not run again; several"
              + " processes can share it. See `heddle results`.")
  private @Nullable Path output;

  @Option(
      names = "--shard",
      paramLabel = "I/N",
      description =
          "Run every N-th point, from the I-th on; 1/4 to 4/4 together are all points. `auto`"
              + " is the task of a Slurm array, `auto/N` also the index of a Kubernetes job of N.")
  private @Nullable String shardText;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description =
          "Points to run in parallel (default: one per core). Results do not depend on it.")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Mixin private BestOptions best = new BestOptions();

  @Option(
      names = "--dry-run",
      description = "Only count the points, and those that numbers alone exclude; compile no plan.")
  private boolean dryRun;

  @Option(names = "--json", description = "Print JSON with every point.")
  private boolean json;

  private final Optional<FolderRun> elsewhere;

  /** Points run in this process. */
  public SweepCommand() {
    this(Optional.empty());
  }

  /** Points run elsewhere, where that is said. */
  public SweepCommand(Optional<FolderRun> elsewhere) {
    this.elsewhere = elsewhere;
  }

  /**
   * Any points of the sweep that a command line asks for.
   *
   * @param arguments of the command
   * @param specification that they name, wherever its texts come from
   * @param faults hears of those of Heddle, of any thread
   * @return empty if the specification is wrong
   */
  public static Optional<PointSimulation> points(
      List<String> arguments, Specification specification, Consumer<Throwable> faults) {
    SweepCommand command = new SweepCommand();
    new CommandLine(command).setExpandAtFiles(false).parseArgs(arguments.toArray(String[]::new));
    SweptOptions swept = command.swept;
    return swept
        .swept(specification, swept.changes(), swept.settings())
        .map(found -> new PointSimulation(found.sweep(), found.settings(), faults));
  }

  @Override
  public Integer call() {
    ThreadCount.check(threads, spec);
    best.check(spec);
    Shard share = shard();
    if (output != null) {
      GivenPath.check("--output", output, spec);
    }
    if (output == null && elsewhere.isPresent() && !dryRun) {
      throw new ParameterException(
          spec.commandLine(), "--output is missing: points that run elsewhere go into a folder");
    }
    PointSimulation.Settings settings = swept.settings();
    PlanChanges changes = swept.changes();
    Optional<Swept> found = swept.swept(Specification.read(swept.file()), changes, settings);
    if (found.isEmpty()) {
      return Exit.WRONG_INPUT;
    }
    SweepCompiler sweep = found.get().sweep();
    PrintWriter err = spec.commandLine().getErr();
    SweepRun run =
        new SweepRun(sweep, share, threads, settings, FaultTrace.to(err, FaultTrace.isWanted()));
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
      ResultFolder folder = ResultFolder.open(output, found.get().identity(Version.number()));
      PointKeys own;
      if (elsewhere.isPresent()) {
        own = elsewhere.get().run(found.get(), share, folder, summary::exclude);
      } else if (json) {
        own = run.run(folder, summary::exclude);
      } else {
        own = run.runTelling(folder, summary::exclude, summary::add);
      }
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
