package io.heddle.cli.command;

import io.heddle.cli.failure.Exit;
import io.heddle.cli.failure.Failure;
import io.heddle.cli.option.BestOptions;
import io.heddle.cli.option.Version;
import io.heddle.cli.sweep.PointFilter;
import io.heddle.cli.sweep.PointResult;
import io.heddle.cli.sweep.ResultFolder;
import io.heddle.cli.sweep.SweepOutput;
import io.heddle.cli.sweep.SweepSummary;
import java.io.PrintWriter;
import java.nio.file.Path;
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

/** Shows what a folder of results holds. */
@Command(
    name = "results",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Show, merge, export or chart the results of `heddle sweep --output`.",
      "",
      "Prints the table of the sweep for all results in the folder, whichever process wrote"
          + " them.",
      ""
    },
    subcommands = {
      ResultsExportCommand.class,
      ResultsMergeCommand.class,
      ResultsReportCommand.class
    })
public final class ResultsCommand implements Callable<Integer> {
  /** What {@code --where} of all of these commands takes. */
  static final String WHERE =
      "Use only points that match a condition such as 'schedule = gpipe and tp <= 8'. Names are"
          + " those of the sweep, fits, ranks, memory (bytes) and time (ns).";

  @Spec private CommandSpec spec;

  @Parameters(arity = "0..1", paramLabel = "FOLDER", description = "Folder of results.")
  private @Nullable Path folder;

  @Option(names = "--where", paramLabel = "CONDITION", description = WHERE)
  private @Nullable String where;

  @Mixin private BestOptions best = new BestOptions();

  @Option(names = "--json", description = "Print JSON with all matching points.")
  private boolean json;

  @Override
  public Integer call() {
    if (folder == null) {
      throw new ParameterException(spec.commandLine(), "name the FOLDER of results");
    }
    best.check(spec);
    ResultFolder results = ResultFolder.read(folder);
    PrintWriter out = spec.commandLine().getOut();
    Filtered points = new Filtered(results, where);
    if (json) {
      SweepOutput.print(out, results.identity().plan(), points::inOrder);
    } else {
      SweepSummary summary = new SweepSummary(best.most(), best.order());
      points.inOrder(summary::add);
      out.print(SweepOutput.text(folder + ": " + results.identity().plan(), summary));
    }
    return Exit.OK;
  }

  /** The points of a folder that meet a condition. */
  static final class Filtered {
    private final ResultFolder results;
    private final Optional<PointFilter> filter;

    /**
     * Reads the condition.
     *
     * @throws Failure if it is none
     */
    Filtered(ResultFolder results, @Nullable String where) {
      this.results = results;
      this.filter = Optional.ofNullable(where).map(PointFilter::read);
    }

    /**
     * Tells of them in order.
     *
     * @throws Failure if no point has some name of the condition
     */
    void inOrder(Consumer<PointResult> points) {
      results.inOrder(
          point -> {
            if (filter.isEmpty() || filter.get().test(point)) {
              points.accept(point);
            }
          });
      if (filter.isPresent() && !filter.get().unknown().isEmpty()) {
        throw Failure.usage("--where: no point has " + filter.get().unknownWithHints());
      }
    }
  }
}
