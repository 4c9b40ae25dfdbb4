package io.heddle.cli.command;

import io.heddle.cli.option.Version;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Specifications from what users already have. */
@Command(
    name = "import",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description =
        "Convert a Hugging Face configuration, Megatron-LM arguments or a table of routed tokens"
            + " into a .tfm file.",
    subcommands = {ImportHfCommand.class, ImportLoadCommand.class, ImportMegatronCommand.class})
public final class ImportCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is missing: hf, load or megatron");
  }
}
