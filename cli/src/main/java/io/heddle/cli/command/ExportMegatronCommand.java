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
      "Print the command that trains the model with Megatron-LM, laid out as the plan says.",
      "",
      "The arguments are read back and compared with the plan. What Megatron-LM cannot be told is"
          + " listed on standard error; the exit code is then 1.",
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
