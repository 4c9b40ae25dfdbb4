package io.heddle.cli.command;

import io.heddle.cli.option.Version;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Plans as other programs are told them. */
@Command(
    name = "export",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = "Print the command or configuration that runs a plan in another program.",
    subcommands = {
      ExportMegatronCommand.class,
      ExportTorchtitanCommand.class,
      ExportVllmCommand.class,
      ExportSglangCommand.class,
      ExportTrtllmCommand.class
    })
public final class ExportCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "a command is missing: megatron, torchtitan, vllm, sglang or trtllm");
  }
}
