package io.heddle.cli.command;

import io.heddle.cli.failure.Exit;
import io.heddle.cli.memory.PlanMemory;
import io.heddle.cli.option.PlanSelection;
import io.heddle.cli.option.PlanSelection.Selected;
import io.heddle.cli.option.Version;
import io.heddle.cli.output.MemoryDemand;
import io.heddle.cli.output.MemoryJson;
import io.heddle.cli.output.MemoryTable;
import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.model.Plan;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Prints what the ranks of each stage hold in memory. */
@Command(
    name = "memory",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Show peak memory per pipeline stage, by part.",
      "",
      "Counts weights, gradients, optimizer states, saved activations, tensors that live within"
          + " one pass, and the overhead of the plan's engine.",
      ""
    })
public final class MemoryCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private PlanSelection selection = new PlanSelection();

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() {
    Optional<Selected> selected = selection.selectOnAnyMachine(spec.commandLine().getErr());
    if (selected.isEmpty()) {
      return Exit.WRONG_INPUT;
    }
    Compiled compiled = selected.get().compiled();
    Plan plan = compiled.plan();
    MemoryDemand demand = PlanMemory.of(compiled);
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      MemoryJson.print(out, plan.model().name(), plan.name(), demand);
    } else {
      out.print(MemoryTable.of(plan.name(), demand));
    }
    return Exit.OK;
  }
}
