package io.heddle.cli.option;

import io.heddle.cli.convert.Exported;
import io.heddle.cli.failure.Exit;
import io.heddle.cli.output.ExportOutput;
import io.heddle.processor.TfmCompiler.Compiled;
import java.util.Optional;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which plan is exported, and how it is printed. */
public final class ExportOptions {
  @Mixin private PlanSelection selection = new PlanSelection();

  @Option(
      names = "--json",
      description = "Print JSON: the keys, the text, and plan lines without an equivalent.")
  private boolean json;

  /**
   * Exports the plan and prints what comes of it.
   *
   * @return the exit code: 1 where some of the plan cannot be said
   */
  public int run(Function<Compiled, Exported> export, CommandLine command) {
    Optional<PlanSelection.Selected> selected = selection.select(command.getErr());
    if (selected.isEmpty()) {
      return Exit.WRONG_INPUT;
    }
    Exported exported = export.apply(selected.get().compiled());
    if (json) {
      ExportOutput.json(command.getOut(), exported);
    } else {
      ExportOutput.text(command.getOut(), command.getErr(), exported);
    }
    return exported.lost().isEmpty() ? Exit.OK : Exit.WRONG_INPUT;
  }
}
