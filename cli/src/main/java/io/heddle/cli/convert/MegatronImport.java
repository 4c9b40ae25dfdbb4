package io.heddle.cli.convert;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.heddle.cli.failure.Failure;
import io.heddle.cli.source.TextFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** Writes the model and the layout of Megatron-LM's arguments as a specification. */
public final class MegatronImport {
  private MegatronImport() {}

  /**
   * Reads a recipe.
   *
   * @param file a YAML document of arguments
   * @param name of the model; empty for {@code Megatron}
   * @param gpus on which it runs; empty where the arguments say it, or for one replica
   * @throws Failure if it is no such file, or says what cannot be a model; the argument is named
   */
  public static ImportedModel recipe(Path file, String name, OptionalLong gpus) {
    ObjectNode arguments =
        MegatronArguments.ofRecipe(file.toString(), TextFile.read(file, "recipe"));
    return read(file.toString(), arguments, name, gpus);
  }

  /** Reads a command line, as {@link #recipe} does. */
  public static ImportedModel arguments(String text, String name, OptionalLong gpus) {
    return read("arguments", MegatronArguments.ofCommandLine(text), name, gpus);
  }

  private static ImportedModel read(
      String file, ObjectNode arguments, String name, OptionalLong gpus) {
    ConfigMapping mapping = ConfigMapping.read(ConfigMapping.MEGATRON);
    ConfigMapping.Section section = mapping.of("gpt").orElseThrow();
    MappedConfig config = new MappedConfig(file, mapping, section, arguments);
    List<String> notes = new ArrayList<>();
    List<String> unknown = new ArrayList<>();
    OptionalLong length = config.number("length");
    if (length.isEmpty()) {
      throw config.missing("length", "seq_length");
    }
    config.word("positions_kind", List.of("learned_absolute", "rope", "yarn", "none"));
    ModelShape shape = new ModelShape(config, mapping, length);
    if (shape.flags().contains("learned")) {
      shape.parameters().put("seq", length.getAsLong());
    }
    ModelImport.collect(config, section, "argument", notes, unknown);
    new MegatronPlan(config, shape, arguments, gpus, notes).write();
    String model = name.isEmpty() ? config.word("name") : name;
    ModelText text =
        new ModelText(shape, model, model + "_Plan", "megatron", "megatron", "Megatron-LM", notes);
    notes.addAll(unknown);
    return text.imported(file, notes);
  }
}
