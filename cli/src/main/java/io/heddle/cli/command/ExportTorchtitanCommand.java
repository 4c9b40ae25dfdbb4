package io.heddle.cli.command;

import io.heddle.cli.convert.TorchtitanExport;
import io.heddle.cli.option.ExportOptions;
import io.heddle.cli.option.Version;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Prints the configuration with which torchtitan runs a plan. */
@Command(
    name = "torchtitan",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Print the torchtitan job configuration, a TOML file, that trains a plan.",
      "",
      "Lists plan lines without an equivalent on standard error, with exit code 1.",
      ""
    })
public final class ExportTorchtitanCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ExportOptions options = new ExportOptions();

  @Override
  public Integer call() {
    return options.run(TorchtitanExport::of, spec.commandLine());
  }
}
