package io.heddle.cli;

import io.heddle.cli.PlanSelection.Selected;
import io.heddle.cli.failure.Exit;
import io.heddle.cli.load.TooLarge;
import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.local.Explanation;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Prints the program that each rank runs. */
@Command(
    name = "explain",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Print what was inferred of a plan: the operations of a rank and its collectives.",
      "",
      "The plan need not fit its cluster: what does not fit is a warning here.",
      ""
    })
final class ExplainCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private PlanSelection selection = new PlanSelection();

  @Override
  public Integer call() {
    Optional<Selected> selected = selection.selectOnAnyMachine(spec.commandLine().getErr());
    if (selected.isEmpty()) {
      return Exit.WRONG_INPUT;
    }
    Compiled compiled = selected.get().compiled();
    spec.commandLine().getOut().print(text(compiled));
    return Exit.OK;
  }

  private static String text(Compiled compiled) {
    try {
      return Explanation.of(compiled.program(), compiled.numbers());
    } catch (ArithmeticException e) {
      throw TooLarge.failure(compiled.plan().name());
    }
  }
}
