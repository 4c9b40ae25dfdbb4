package io.heddle.cli.command;

import io.heddle.cli.convert.ImportedModel;
import io.heddle.cli.convert.MegatronImport;
import io.heddle.cli.failure.Exit;
import io.heddle.cli.failure.Failure;
import io.heddle.cli.option.ImportOutput;
import io.heddle.cli.option.Version;
import java.nio.file.Path;
import java.util.ArrayList;
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

/** Writes the model and the plan of Megatron-LM's arguments as a specification. */
@Command(
    name = "megatron",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Convert Megatron-LM arguments to a model and a plan in a .tfm file.",
      "",
      "Lists arguments without an equivalent and unknown arguments on standard error.",
      ""
    })
public final class ImportMegatronCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "ARGS",
      arity = "1..*",
      description =
          "Arguments, such as '--num-layers 32 --hidden-size 4096 …', or a recipe, a .yaml file.")
  private List<String> arguments = new ArrayList<>();

  @Mixin private ImportOutput output = new ImportOutput();

  @Option(
      names = "--gpus",
      paramLabel = "N",
      description =
          "Number of GPUs (default: nnodes x nproc-per-node of the arguments, else one replica).")
  private @Nullable Long gpus;

  @Override
  public Integer call() {
    if (gpus != null && gpus < 1) {
      throw Failure.usage("--gpus %d: write a number from 1".formatted(gpus));
    }
    OptionalLong ranks = gpus == null ? OptionalLong.empty() : OptionalLong.of(gpus);
    String first = arguments.get(0);
    boolean isRecipe = arguments.size() == 1 && first.matches("(?s)[^\\s]+\\.ya?ml");
    output.check(isRecipe ? List.of(Path.of(first)) : List.of());
    ImportedModel model =
        isRecipe
            ? MegatronImport.recipe(Path.of(first), output.name(), ranks)
            : MegatronImport.arguments(String.join(" ", arguments), output.name(), ranks);
    output.write(model, spec.commandLine());
    return Exit.OK;
  }
}
