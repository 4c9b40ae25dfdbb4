package io.heddle.cli.convert;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the keys of configurations mean, as a resource says it: a section for each type of model.
 */
final class ConfigMapping {
  /** Of Hugging Face configurations. */
  static final String CONFIGURATIONS = "hf.map";

  /** Of Megatron-LM's arguments. */
  static final String MEGATRON = "megatron.map";

  private static final Pattern HEAD = Pattern.compile("\\[(\\S+)(?: of (\\S+))?]");

  private final Map<String, Section> sections = new LinkedHashMap<>();

  private ConfigMapping() {}

  /** A built-in mapping. */
  static ConfigMapping read(String resource) {
    ConfigMapping mapping = new ConfigMapping();
    Section section = null;
    for (String line : text(resource).split("\n", -1)) {
      if (line.startsWith("[")) {
        Matcher head = HEAD.matcher(line);
        if (!head.matches()) {
          throw new IllegalStateException(line);
        }
        section = new Section(mapping.sections.get(head.group(2)));
        mapping.sections.put(head.group(1), section);
      } else if (section != null && !line.isBlank() && !line.startsWith("#")) {
        int equals = line.indexOf('=');
        section.add(line.substring(0, equals).strip(), line.substring(equals + 1).strip());
      }
    }
    return mapping;
  }

  /** The text of a resource beside this class. */
  static String text(String name) {
    try (InputStream stream = ConfigMapping.class.getResourceAsStream(name)) {
      if (stream == null) {
        throw new IllegalStateException(name + " is missing");
      }
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The section of a type of model; empty where there is none. */
  Optional<Section> of(String type) {
    return isType(type) ? Optional.ofNullable(sections.get(type)) : Optional.empty();
  }

  /** The types that can be imported, by name. */
  List<String> types() {
    return List.copyOf(new TreeSet<>(sections.keySet().stream().filter(this::isType).toList()));
  }

  private boolean isType(String section) {
    return sections.containsKey(section) && sections.get(section).find("class").isPresent();
  }

  /** The activation functions that configurations may name. */
  List<String> activations() {
    Section words = sections.get("activations");
    return words == null
        ? List.of()
        : words.lines.values().stream()
            .flatMap(line -> List.of(line.split(",\\s*", -1)).stream())
            .toList();
  }

  /** Our word for an activation function; empty where the language has none. */
  Optional<String> activation(String word) {
    Section words = sections.get("activations");
    return words == null
        ? Optional.empty()
        : words.lines.entrySet().stream()
            .filter(line -> List.of(line.getValue().split(",\\s*", -1)).contains(word))
            .map(Map.Entry::getKey)
            .findFirst();
  }

  /** What is left out where a key says more than nothing. */
  record Unsaid(String key, String except, String reason) {}

  /** What is left out where a condition holds; it is empty where it always holds. */
  record Note(String condition, String reason) {}

  /** What holds for one type of model, with what it takes over from another. */
  static final class Section {
    private final @Nullable Section base;
    private final Map<String, String> lines = new LinkedHashMap<>();
    private final List<String> silent = new ArrayList<>();
    private final List<Unsaid> unsaid = new ArrayList<>();
    private final List<Note> notes = new ArrayList<>();

    private Section(@Nullable Section base) {
      this.base = base;
      if (base != null) {
        silent.addAll(base.silent);
        unsaid.addAll(base.unsaid);
        notes.addAll(base.notes);
      }
    }

    private void add(String name, String value) {
      if (name.equals("silent")) {
        silent.addAll(List.of(value.split(",\\s*", -1)));
      } else if (name.startsWith("unsaid ")) {
        String[] words = name.split("\\s+", -1);
        unsaid.add(new Unsaid(words[1], words.length > 3 ? words[3] : "", value));
      } else if (name.equals("note") || name.startsWith("note if ")) {
        notes.add(new Note(name.substring("note".length()).replaceFirst("^ if ", ""), value));
      } else {
        lines.put(name, value);
      }
    }

    /** The value of a line, as written; empty where neither it nor its base has it. */
    Optional<String> find(String name) {
      String own = lines.get(name);
      if (own != null) {
        return Optional.of(own);
      }
      return base == null ? Optional.empty() : base.find(name);
    }

    /** The names of all lines. */
    List<String> names() {
      TreeSet<String> names = new TreeSet<>(lines.keySet());
      if (base != null) {
        names.addAll(base.names());
      }
      return List.copyOf(names);
    }

    boolean isSilent(String key) {
      return silent.stream()
          .anyMatch(
              each ->
                  each.endsWith("*")
                      ? key.startsWith(each.substring(0, each.length() - 1))
                      : key.equals(each));
    }

    List<Unsaid> unsaid() {
      return unsaid;
    }

    List<Note> notes() {
      return notes;
    }
  }
}
