package io.heddle.cli.command;

import io.heddle.cli.convert.ImportedModel;
import io.heddle.cli.convert.ModelImport;
import io.heddle.cli.failure.Exit;
import io.heddle.cli.failure.Failure;
import io.heddle.cli.option.ImportOutput;
import io.heddle.cli.option.Version;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes the model of a Hugging Face configuration as a specification. */
@Command(
    name = "hf",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Convert a Hugging Face config.json to a model in a .tfm file, with a plan to start from.",
      "",
      "Lists keys without an equivalent and unknown keys on standard error.",
      ""
    })
public final class ImportHfCommand implements Callable<Integer> {
  private static final long MOST_TOKENS = 100_000_000;

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "CONFIG", description = "Configuration, a config.json.")
  private Path file = Path.of("");

  @Mixin private ImportOutput output = new ImportOutput();

  @Option(
      names = "--seq",
      paramLabel = "TOKENS",
      description =
          "Tokens of a training sequence (default: 4096, or fewer if the model has fewer"
              + " positions). A model with learned positions keeps its own.")
  private @Nullable Long length;

  @Override
  public Integer call() {
    if (length != null && (length < 1 || length > MOST_TOKENS)) {
      throw Failure.usage("--seq %d: write a number from 1 to %,d".formatted(length, MOST_TOKENS));
    }
    output.check(List.of(file));
    ImportedModel model =
        ModelImport.read(
            file, output.name(), length == null ? OptionalLong.empty() : OptionalLong.of(length));
    output.write(model, spec.commandLine());
    return Exit.OK;
  }
}
