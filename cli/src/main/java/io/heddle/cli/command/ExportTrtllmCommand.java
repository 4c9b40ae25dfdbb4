package io.heddle.cli.command;

import io.heddle.cli.convert.InferenceEngine;
import io.heddle.cli.option.EngineExportOptions;
import io.heddle.cli.option.Version;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Prints the commands that launch TensorRT-LLM as a plan or a serve says. */
@Command(
    name = "trtllm",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Print the command that launches TensorRT-LLM for a plan of inference, or one per pool.",
      "",
      "Lists plan lines without an equivalent on standard error, with exit code 1.",
      ""
    })
public final class ExportTrtllmCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private EngineExportOptions options = new EngineExportOptions();

  @Override
  public Integer call() {
    return options.run(InferenceEngine.TRTLLM, spec.commandLine());
  }
}
