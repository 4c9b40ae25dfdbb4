package io.heddle.cli.command;

import io.heddle.cli.convert.InferenceEngine;
import io.heddle.cli.option.EngineExportOptions;
import io.heddle.cli.option.Version;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Prints the commands that launch vLLM as a plan or a serve says. */
@Command(
    name = "vllm",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Print the command that launches vLLM for a plan of inference, or one per pool.",
      "",
      "Lists plan lines without an equivalent on standard error, with exit code 1.",
      ""
    })
public final class ExportVllmCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private EngineExportOptions options = new EngineExportOptions();

  @Override
  public Integer call() {
    return options.run(InferenceEngine.VLLM, spec.commandLine());
  }
}
