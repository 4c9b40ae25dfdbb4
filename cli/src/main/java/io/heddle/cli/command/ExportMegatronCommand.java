package io.heddle.cli.command;

import io.heddle.cli.convert.MegatronExport;
import io.heddle.cli.option.ExportOptions;
import io.heddle.cli.option.Version;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Prints the command that runs a plan with Megatron-LM. */
@Command(
    name = "megatron",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Print the Megatron-LM command that trains a plan.",
      "",
      "Reads the arguments back and compares them with the plan. Lists plan lines without an"
          + " equivalent on standard error, with exit code 1.",
      ""
    })
public final class ExportMegatronCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ExportOptions options = new ExportOptions();

  @Override
  public Integer call() {
    return options.run(MegatronExport::of, spec.commandLine());
  }
}
