package io.heddle.cli.step;

import io.heddle.cli.failure.Exit;
import io.heddle.cli.failure.Failure;
import io.heddle.cli.option.PlanSelection;
import io.heddle.cli.option.ServeOption;
import io.heddle.cli.option.ServeOption.Served;
import io.heddle.cli.output.Findings;
import io.heddle.cli.output.PoolsOutput;
import io.heddle.cli.output.Progress;
import io.heddle.cli.pool.PoolsReport;
import io.heddle.cli.pool.ServeTraces;
import io.heddle.runtime.astrasim.Warnings;
import io.heddle.runtime.report.UnfinishedStepException;
import io.heddle.runtime.simulate.SimulationOptions;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Simulates the pools of a `serve` and prints what they come to. */
public final class PoolsRun {
  /** What can be asked of pools. */
  private static final Set<String> OPTIONS =
      Set.of("--serve", "--set", "--steps", "--json", "--backend", "--no-cache");

  private final CommandSpec spec;
  private final StepNotices notices;
  private final boolean json;

  public PoolsRun(CommandSpec spec, StepNotices notices, boolean json) {
    this.spec = spec;
    this.notices = notices;
    this.json = json;
  }

  /**
   * Checks the command line.
   *
   * @throws Failure if it asks for what only a plan has
   */
  public static void check(CommandSpec spec) {
    for (OptionSpec option : spec.commandLine().getParseResult().matchedOptions()) {
      if (!OPTIONS.contains(option.longestName())) {
        throw Failure.usage(option.longestName() + ": not with --serve");
      }
    }
  }

  /**
   * Runs them.
   *
   * @param steps of decode
   * @return the exit code
   */
  public int run(ServeOption serve, PlanSelection selection, int steps, SimulationOptions options)
      throws UnfinishedRunException {
    PrintWriter err = spec.commandLine().getErr();
    Optional<Served> served =
        serve.select(selection, err, findings -> notices.failed(Findings.lines(findings)));
    if (served.isEmpty()) {
      return Exit.WRONG_INPUT;
    }
    Optional<ServeTraces> traces = served.get().traces();
    served.get().printFindings(err);
    if (traces.isEmpty()) {
      notices.failed(Findings.lines(served.get().specification().findings()));
      return Exit.WRONG_INPUT;
    }
    PoolsReport report = simulate(traces.get(), steps, options);
    PoolsOutput output = new PoolsOutput(report);
    List<String> warnings =
        Stream.concat(
                Warnings.of(report.pools(), report.report().counts()).stream(),
                output.warnings().stream())
            .toList();
    notices.warn(warnings);
    PrintWriter out = spec.commandLine().getOut();
    notices.resultIsPrinted();
    if (json) {
      output.print(out, warnings);
    } else {
      out.print(output.text());
    }
    return Exit.OK;
  }

  private static PoolsReport simulate(ServeTraces traces, int steps, SimulationOptions options)
      throws UnfinishedRunException {
    try (Progress progress = Progress.of("simulating")) {
      return PoolsReport.of(traces::flattener, steps, options, progress.ofStep());
    } catch (UnfinishedStepException e) {
      throw new UnfinishedRunException(e.result(), Exit.WRONG_INPUT);
    }
  }
}
