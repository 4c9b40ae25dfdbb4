package io.heddle.cli.convert;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.heddle.cli.failure.Failure;
import io.heddle.cli.source.TextFile;
import io.heddle.processor.diagnose.Spelling;
import io.heddle.runtime.simulate.config.JsonFault;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Writes the model of a Hugging Face configuration as a specification. */
public final class ModelImport {
  /** Tokens of a sequence where nothing else is asked for, or fewer if the model has fewer. */
  public static final long SEQUENCE = 4096;

  private static final String KEY = "key";

  private static final int MOST_DEPTH = 32;

  private static final ObjectMapper JSON =
      new ObjectMapper(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(MOST_DEPTH)
                          .maxNumberLength(30)
                          .build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private final String file;
  private final ConfigMapping mapping = ConfigMapping.read(ConfigMapping.CONFIGURATIONS);

  private ModelImport(Path file) {
    this.file = file.toString();
  }

  /**
   * Reads a configuration.
   *
   * @param file a {@code config.json}
   * @param name of the model; empty for one that tells its type
   * @param length tokens of a sequence; empty for {@link #SEQUENCE}
   * @throws Failure if it is no such file, or says what cannot be a model; the key is named
   */
  public static ImportedModel read(Path file, String name, OptionalLong length) {
    return new ModelImport(file).read(TextFile.read(file, "configuration"), name, length);
  }

  /** The types of models that can be read. */
  public static List<String> types() {
    return ConfigMapping.read(ConfigMapping.CONFIGURATIONS).types();
  }

  private ImportedModel read(String json, String name, OptionalLong length) {
    JsonNode root = parse(json);
    ConfigMapping.Section section = section(root.path("model_type"));
    List<String> notes = new ArrayList<>();
    List<String> unknown = new ArrayList<>();
    JsonNode object = root;
    Optional<ConfigMapping.Inner> inner = section.inner();
    if (inner.isPresent()) {
      collect(new MappedConfig(file, mapping, section, root), section, KEY, notes, unknown);
      String key = inner.get().key();
      object = root.path(key);
      if (!object.isObject()) {
        throw Failure.wrongInput("%s: no `%s`, the model's own keys".formatted(file, key));
      }
      section = mapping.of(inner.get().type()).orElseThrow();
    }
    MappedConfig config = new MappedConfig(file, mapping, section, object);
    ModelShape shape = new ModelShape(config, mapping, length);
    collect(config, section, KEY, notes, unknown);
    String model = name.isEmpty() ? config.word("name") : name;
    ModelText text =
        new ModelText(
            shape,
            model,
            model + "_Node",
            "plan",
            "hf` from a configuration of type `" + root.path("model_type").textValue(),
            section.find("class").orElse(""),
            notes);
    notes.addAll(unknown);
    return text.imported(file, notes);
  }

  private JsonNode parse(String text) {
    try {
      JsonNode root = JSON.readTree(text);
      if (!root.isObject()) {
        throw Failure.wrongInput(file + ": expected an object of keys, as config.json is one");
      }
      return root;
    } catch (JsonProcessingException e) {
      String place =
          e.getLocation() == null
              ? ""
              : ":" + e.getLocation().getLineNr() + ":" + e.getLocation().getColumnNr();
      throw Failure.wrongInput(
          "%s%s: not JSON: %s".formatted(file, place, Quoted.line(JsonFault.problem(e))));
    }
  }

  private ConfigMapping.Section section(JsonNode type) {
    String known = "types that can be imported: " + String.join(", ", mapping.types());
    if (!type.isTextual()) {
      throw Failure.wrongInput(file + ": no `model_type`; " + known);
    }
    return mapping
        .of(type.textValue())
        .orElseThrow(
            () ->
                Failure.wrongInput(
                    "%s: `model_type` is %s; %s%s"
                        .formatted(
                            file,
                            Quoted.of(type),
                            known,
                            Spelling.hint(type.textValue(), mapping.types()))));
  }

  /**
   * What is left out, and which keys nobody knows.
   *
   * @param noun what a key is called
   */
  static void collect(
      MappedConfig config,
      ConfigMapping.Section section,
      String noun,
      List<String> notes,
      List<String> unknown) {
    for (ConfigMapping.Unsaid unsaid : section.unsaid()) {
      if (config.says(unsaid)) {
        notes.add(unsaid.key() + ": " + unsaid.reason());
      }
    }
    for (ConfigMapping.Note note : section.notes()) {
      if (config.holds(note.condition())) {
        notes.add(note.reason());
      }
    }
    unknown.addAll(config.unread(noun));
  }
}
