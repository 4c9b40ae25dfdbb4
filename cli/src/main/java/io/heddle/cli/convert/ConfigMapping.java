package io.heddle.cli.convert;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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

  /** Of torchtitan's job configurations. */
  static final String TORCHTITAN = "torchtitan.map";

  /** Of engines of inference. */
  static final String ENGINES = "engines.map";

  /** Of Megatron-LM's arguments. */
  static final String MEGATRON = "megatron.map";

  private static final String ONLY_READ = "only_read";
  private static final String ALWAYS = "always";
  private static final String INNER = "inner";
  private static final String NOTE_IF = "note if ";

  /** Lines that are said as they are written. */
  private static final Set<String> TEXTS =
      Set.of("class", "program", "command", "environment", "assumed");

  /** Lines that are lists of keys, perhaps with values. */
  private static final Pattern LISTS = Pattern.compile("launch|file|alone(_\\w+)?");

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

  /** Our words of a table, each with theirs. */
  Table table(String name) {
    Section words = sections.get(name);
    if (words == null) {
      throw new IllegalStateException("no table " + name);
    }
    Map<String, List<String>> theirs = new LinkedHashMap<>();
    words.lines.forEach((ours, line) -> theirs.put(ours, List.of(line.split(",\\s*", -1))));
    return new Table(theirs);
  }

  /**
   * Words that we and they have for the same.
   *
   * @param words theirs by ours; the first is the one that is written
   */
  record Table(Map<String, List<String>> words) {
    /** Our word for theirs; empty where there is none. */
    Optional<String> ours(String word) {
      return words.entrySet().stream()
          .filter(each -> each.getValue().contains(word))
          .map(Map.Entry::getKey)
          .findFirst();
    }

    /** Their word for ours; empty where there is none. */
    Optional<String> theirs(String word) {
      return Optional.ofNullable(words.get(word)).map(all -> all.get(0));
    }

    /** All of theirs. */
    List<String> theirs() {
      return words.values().stream().flatMap(List::stream).toList();
    }
  }

  /** What is left out where a key says more than nothing. */
  record Unsaid(String key, String except, String reason) {}

  /** What is left out where a condition holds. */
  record Note(MappedLine.Condition condition, String reason) {}

  /**
   * The model stands under a key.
   *
   * @param type whose section holds for what stands there
   */
  record Inner(String key, String type) {}

  /** What holds for one type of model, with what it takes over from another. */
  static final class Section {
    private final @Nullable Section base;
    private final Map<String, String> lines = new LinkedHashMap<>();
    private final Map<String, MappedLine> read = new HashMap<>();
    private @Nullable Inner inner;
    private final List<String> silent = new ArrayList<>();
    private final List<Unsaid> unsaid = new ArrayList<>();
    private final List<Note> notes = new ArrayList<>();
    private final Map<String, Set<String>> keys = new HashMap<>();

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
      } else if (name.equals(ONLY_READ) || name.equals(ALWAYS)) {
        keys.computeIfAbsent(name, unused -> new HashSet<>())
            .addAll(List.of(value.split(",\\s*", -1)));
      } else if (name.startsWith("unsaid ")) {
        String[] words = name.split("\\s+", -1);
        unsaid.add(new Unsaid(words[1], words.length > 3 ? words[3] : "", value));
      } else if (name.equals("note")) {
        notes.add(new Note(MappedLine.Condition.NONE, value));
      } else if (name.startsWith(NOTE_IF)) {
        notes.add(new Note(MappedLine.Condition.of(name.substring(NOTE_IF.length())), value));
      } else if (name.equals(INNER)) {
        String[] sides = value.split(" as ", 2);
        inner = new Inner(sides[0], sides[1]);
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

    /** A line; empty where neither it nor its base has it. */
    Optional<MappedLine> line(String name) {
      return find(name).map(text -> read.computeIfAbsent(name, unused -> MappedLine.of(text)));
    }

    /** Under which key the model stands; empty where it stands beside the type. */
    Optional<Inner> inner() {
      return Optional.ofNullable(inner);
    }

    /** All keys that lines name. */
    Set<String> keys() {
      Set<String> all = new TreeSet<>();
      for (String name : ordered()) {
        if (LISTS.matcher(name).matches()) {
          list(name).forEach(part -> all.add(part.split(" ", 2)[0]));
        } else if (!TEXTS.contains(name)) {
          all.addAll(line(name).map(MappedLine::keys).orElse(Set.of()));
        }
      }
      unsaid.forEach(each -> all.add(each.key()));
      inner().ifPresent(each -> all.add(each.key()));
      return all;
    }

    /** The names of lines as they are written, those of the base first. */
    List<String> ordered() {
      LinkedHashSet<String> names = new LinkedHashSet<>(base == null ? List.of() : base.ordered());
      names.addAll(lines.keySet());
      return List.copyOf(names);
    }

    /** The parts of a line that is a list; none where there is no such line. */
    List<String> list(String name) {
      return find(name).map(line -> List.of(line.split(",\\s*", -1))).orElse(List.of());
    }

    /** Whether a key is never written. */
    boolean isOnlyRead(String key) {
      return keys.getOrDefault(ONLY_READ, Set.of()).contains(key);
    }

    /** Whether a key is written even where its default would do. */
    boolean isAlways(String key) {
      return keys.getOrDefault(ALWAYS, Set.of()).contains(key);
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
