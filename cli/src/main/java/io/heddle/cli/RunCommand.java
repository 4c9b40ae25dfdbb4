package io.heddle.cli;

import io.heddle.cli.PlanSelection.Selected;
import io.heddle.cli.failure.Exit;
import io.heddle.cli.failure.Failure;
import io.heddle.cli.load.FlattenerLoader;
import io.heddle.cli.output.Findings;
import io.heddle.cli.output.Progress;
import io.heddle.cli.output.StepJson;
import io.heddle.cli.output.StepTable;
import io.heddle.runtime.astrasim.Warnings;
import io.heddle.runtime.report.StepReport;
import io.heddle.runtime.report.StepSimulation;
import io.heddle.runtime.report.UnfinishedStepException;
import io.heddle.runtime.trace.Flattener;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Compiles a plan, flattens it into the simulator and says what the step comes to. */
@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Simulate one training step of a plan.",
      "",
      "Prints the iteration time, compute and exposed communication of each pipeline stage, the"
          + " pipeline bubble, tokens a second and the utilisation of the devices. Nothing is"
          + " written to disk.",
      ""
    })
final class RunCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private PlanSelection selection = new PlanSelection();

  @Option(names = "--json", description = "Print JSON, with the times of every rank.")
  private boolean json;

  @Override
  public Integer call() {
    try {
      return run();
    } catch (Failure failure) {
      if (failure.exit() != Exit.USAGE) {
        printUnfinished("error", List.of(String.valueOf(failure.getMessage())));
      }
      throw failure;
    }
  }

  private int run() {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    Optional<Selected> selected =
        selection.select(err, findings -> printUnfinished("error", Findings.lines(findings)));
    if (selected.isEmpty()) {
      return Exit.WRONG_INPUT;
    }
    Flattener flattener =
        FlattenerLoader.load(selected.get().compiled(), selected.get().settings());
    try {
      StepReport report = simulate(flattener);
      List<String> warnings = Warnings.of(report.plan(), report.counts());
      warnings.forEach(warning -> err.println("warning: " + warning));
      if (json) {
        StepJson.print(out, report, warnings);
      } else {
        out.print(StepTable.of(report));
      }
      return Exit.OK;
    } catch (UnfinishedStepException e) {
      printUnfinished(e.result().status().text(), e.diagnosis());
      err.println("heddle: the simulation did not end");
      e.diagnosis().forEach(err::println);
      return Exit.WRONG_INPUT;
    }
  }

  /** Only programs are told on standard output. */
  private void printUnfinished(String status, List<String> diagnosis) {
    if (json) {
      StepJson.printUnfinished(spec.commandLine().getOut(), status, diagnosis);
    }
  }

  private static StepReport simulate(Flattener flattener) throws UnfinishedStepException {
    try (Progress progress = Progress.of("simulating")) {
      return StepSimulation.run(flattener, progress.ofStep());
    }
  }
}
