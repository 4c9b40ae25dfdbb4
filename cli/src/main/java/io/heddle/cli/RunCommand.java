package io.heddle.cli;

import io.heddle.cli.PlanSelection.Selected;
import io.heddle.cli.failure.Exit;
import io.heddle.cli.load.FlattenerLoader;
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

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Accepted as in `emit`; a simulation is one chain of events on one thread.")
  private int threads = 1;

  @Override
  public Integer call() {
    ThreadCount.check(threads, spec);
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    Optional<Selected> selected = selection.select(err);
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
      if (json) {
        StepJson.printUnfinished(out, e.result().status().text(), e.diagnosis());
      }
      err.println("heddle: the simulation did not end");
      e.diagnosis().forEach(err::println);
      return Exit.WRONG_INPUT;
    }
  }

  private static StepReport simulate(Flattener flattener) throws UnfinishedStepException {
    try (Progress progress = Progress.of("simulating")) {
      return StepSimulation.run(flattener, progress.ofStep());
    }
  }
}
