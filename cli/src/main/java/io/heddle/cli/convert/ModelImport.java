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
import io.heddle.processor.Imports;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.diagnose.Rendering;
import io.heddle.processor.diagnose.Source;
import io.heddle.runtime.simulate.config.JsonFault;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/** Writes the model of a Hugging Face configuration as a specification. */
public final class ModelImport {
  /** Tokens of a sequence where nothing else is asked for, or fewer if the model has fewer. */
  public static final long SEQUENCE = 4096;

  private static final int MOST_DEPTH = 32;
  private static final int MOST_WIDTH = 96;

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
  private final ConfigMapping mapping = ConfigMapping.read();
  private final ModelTemplate template = ModelTemplate.read();

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
    return ConfigMapping.read().types();
  }

  private ImportedModel read(String text, String name, OptionalLong length) {
    JsonNode root = parse(text);
    ConfigMapping.Section section = section(root.path("model_type"));
    List<String> notes = new ArrayList<>();
    List<String> unknown = new ArrayList<>();
    JsonNode object = root;
    if (section.find("inner").isPresent()) {
      collect(new MappedConfig(file, section, root), section, notes, unknown);
      String[] inner = section.find("inner").get().split(" as ", 2);
      object = root.path(inner[0]);
      if (!object.isObject()) {
        throw Failure.wrongInput("%s: no `%s`, the model's own keys".formatted(file, inner[0]));
      }
      section = mapping.of(inner[1]).orElseThrow();
    }
    MappedConfig config = new MappedConfig(file, section, object);
    ModelShape shape = new ModelShape(config, mapping, length);
    collect(config, section, notes, unknown);
    String model = name.isEmpty() ? config.word("name") : name;
    describe(model, root.path("model_type").textValue(), section, shape, notes);
    long parameters = parameters(text(shape), model);
    shape.words().put("count", String.format("%,d", parameters));
    unknown.forEach(key -> notes.add(Quoted.of(key) + ": not a known key; not read"));
    return new ImportedModel(
        text(shape), model, parameters, shape.parameters().get("layers"), notes);
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
                    "%s: `model_type` is %s; %s".formatted(file, Quoted.of(type), known)));
  }

  /** What is left out, and which keys nobody knows. */
  private static void collect(
      MappedConfig config,
      ConfigMapping.Section section,
      List<String> notes,
      List<String> unknown) {
    for (ConfigMapping.Unsaid unsaid : section.unsaid()) {
      if (config.says(unsaid)) {
        notes.add(unsaid.key() + ": " + unsaid.reason());
      }
    }
    for (ConfigMapping.Note note : section.notes()) {
      if (note.condition().isEmpty() || config.holds(note.condition())) {
        notes.add(note.reason());
      }
    }
    unknown.addAll(config.unknown());
  }

  private void describe(
      String model,
      String type,
      ConfigMapping.Section section,
      ModelShape shape,
      List<String> notes) {
    Map<String, String> words = shape.words();
    Set<String> flags = shape.flags();
    words.put("name", model);
    words.put("plan", model + "_Node");
    words.put("source", "hf` from a configuration of type `" + type);
    words.put("class", section.find("class").orElse(""));
    words.put("count", "");
    StringBuilder comment = new StringBuilder();
    notes.forEach(note -> comment.append("// ").append(note).append(".\n"));
    words.put("notes", comment.toString());
    words.put("params", parameters(shape.parameters()));
    words.put("stacks", String.join("\n", shape.layers().stacks()));
    StringBuilder blocks = new StringBuilder();
    for (String block : shape.layers().blocks()) {
      blocks.append(block(block, shape)).append('\n');
    }
    words.put("blocks", blocks.toString());
    if (isUneven(shape.parameters())) {
      flags.add("uneven");
    }
  }

  private String text(ModelShape shape) {
    return template.render("model", shape.flags(), shape.words())
        + template.render("plan", shape.flags(), shape.words());
  }

  private String block(String block, ModelShape shape) {
    Set<String> flags = new HashSet<>(shape.flags());
    if (shape.isLocal(block)) {
      flags.add("window");
    }
    shape.words().put("block", block);
    return template.render(shape.part(block), flags, shape.words());
  }

  /** Whether experts of the plan have no whole number of rows each. */
  private static boolean isUneven(Map<String, Long> sizes) {
    long experts = sizes.getOrDefault("experts", 1L);
    return 8 * sizes.get("seq") * sizes.getOrDefault("top_k", 1L) % experts != 0;
  }

  private static String parameters(Map<String, Long> sizes) {
    StringBuilder text = new StringBuilder();
    StringBuilder line = new StringBuilder("  param ");
    for (Map.Entry<String, Long> size : sizes.entrySet()) {
      String each = size.getKey() + " = " + size.getValue();
      boolean isFirst = line.toString().equals("  param ");
      if (!isFirst && line.length() + each.length() + 2 > MOST_WIDTH) {
        text.append(line).append('\n');
        line = new StringBuilder("  param ");
        isFirst = true;
      }
      line.append(isFirst ? "" : ", ").append(each);
    }
    return text.append(line).toString();
  }

  /** Compiles what is written: sizes may not fit each other. */
  private long parameters(String text, String model) {
    TfmCompiler compiler = TfmCompiler.read(new Source("model.tfm", text), Imports.LIBRARY_ONLY);
    compiler.compile(model + "_Node");
    if (compiler.hasErrors()) {
      throw Failure.wrongInput(
          "%s: these sizes are no model:\n%s"
              .formatted(file, Rendering.of(compiler.diagnostics()).stripTrailing()));
    }
    return compiler.compile(model + "_Node").orElseThrow().parameters();
  }
}
