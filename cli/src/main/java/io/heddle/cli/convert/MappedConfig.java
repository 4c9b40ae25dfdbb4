package io.heddle.cli.convert;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.heddle.cli.failure.Failure;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;

/** The lines of a mapping with the values of one configuration. */
final class MappedConfig {
  /** More than any size of a model, and the product of two still fits. */
  private static final long MOST = 1_000_000_000;

  private static final String IF = " if ";
  private static final String VIA = "via";
  private static final Pattern KEY = Pattern.compile("(?<![\\w@.\"])[A-Za-z_][A-Za-z0-9_.]*");
  private static final Set<String> WORDS = Set.of("if", "and", "not", "is", "true", "false", "as");

  private final String file;
  private final ConfigMapping mapping;
  private final ConfigMapping.Section section;
  private final JsonNode object;

  /**
   * @param file what messages call it
   */
  MappedConfig(String file, ConfigMapping mapping, ConfigMapping.Section section, JsonNode object) {
    this.file = file;
    this.mapping = mapping;
    this.section = section;
    this.object = object;
  }

  /** A whole number; empty where no alternative has its keys. */
  OptionalLong number(String line) {
    return evaluate(line)
        .map(value -> OptionalLong.of(whole(value, line)))
        .orElse(OptionalLong.empty());
  }

  /**
   * A whole number.
   *
   * @throws Failure if the configuration does not say it
   */
  long need(String line) {
    return number(line)
        .orElseThrow(
            () ->
                Failure.wrongInput("%s: no %s: write the key %s".formatted(file, line, key(line))));
  }

  /** A word. */
  String word(String line) {
    JsonNode value = evaluate(line).orElse(TextNode.valueOf(""));
    if (!value.isTextual()) {
      throw wrong(line, value, "a word in quotes");
    }
    return value.textValue();
  }

  /**
   * One of some words.
   *
   * @throws Failure if it is another
   */
  String word(String line, List<String> words) {
    String word = word(line);
    if (!words.contains(word)) {
      throw wrong(line, Quoted.of(word), "one of " + String.join(", ", words));
    }
    return word;
  }

  /** A number whose fraction costs nothing, as a whole one of at least 1; empty where it is off. */
  OptionalLong rounded(String line) {
    if (!isOn(line)) {
      return OptionalLong.empty();
    }
    JsonNode value = evaluate(line).orElseThrow();
    if (!value.isNumber() || !(value.doubleValue() > 0 && value.doubleValue() <= MOST)) {
      throw wrong(line, value, String.format("a number from 0 to %,d", MOST));
    }
    return OptionalLong.of(Math.max(1, Math.round(value.doubleValue())));
  }

  /** What a line says as text; empty where it is not there. */
  String text(String line) {
    return evaluate(line).map(JsonNode::asText).orElse("");
  }

  /** Whether a line is there and on. */
  boolean isOn(String line) {
    return evaluate(line).filter(value -> !isOff(value)).isPresent();
  }

  /** The elements of a list; empty where there is none. */
  List<JsonNode> list(String line) {
    Optional<JsonNode> value = evaluate(line);
    if (value.isEmpty()) {
      return List.of();
    }
    if (!value.get().isArray()) {
      throw wrong(line, value.get(), "a list");
    }
    return StreamSupport.stream(value.get().spliterator(), false).toList();
  }

  /** The text of a failure that is about the value of a line. */
  Failure wrong(String line, String value, String expected) {
    return Failure.wrongInput(
        "%s: `%s` is %s; expected %s".formatted(file, key(line), value, expected));
  }

  private Failure wrong(String line, JsonNode value, String expected) {
    return wrong(line, Quoted.of(value), expected);
  }

  /** What a condition of keys and lines comes to. */
  boolean holds(String condition) {
    for (String each : condition.split(" and ", -1)) {
      String term = each.strip();
      boolean isNot = term.startsWith("not ");
      String[] sides = (isNot ? term.substring(4) : term).split(" is ", 2);
      Optional<JsonNode> value = atom(sides[0].strip());
      boolean is =
          sides.length > 1
              ? value.map(JsonNode::asText).equals(Optional.of(sides[1].strip()))
              : value.filter(v -> !isOff(v)).isPresent();
      if (is == isNot) {
        return false;
      }
    }
    return true;
  }

  /** Keys that the configuration has and that the mapping does not know. */
  List<String> unknown() {
    Set<String> known = new HashSet<>();
    for (String name : section.names()) {
      Matcher keys = KEY.matcher(keysOf(section.find(name).orElse("")));
      while (keys.find()) {
        if (!WORDS.contains(keys.group())) {
          known.add(keys.group());
        }
      }
    }
    section.unsaid().forEach(unsaid -> known.add(unsaid.key()));
    Iterable<String> names = object::fieldNames;
    return StreamSupport.stream(names.spliterator(), false)
        .filter(key -> !known.contains(key) && !section.isSilent(key))
        .toList();
  }

  /** A line without its words and tables. */
  private static String keysOf(String line) {
    return line.replaceAll("\"[^\"]*\"| via \\w+| is [\\w.]+", "");
  }

  /** Whether a key is there and says more than nothing. */
  boolean says(ConfigMapping.Unsaid unsaid) {
    JsonNode value = object.path(unsaid.key());
    boolean isExcepted =
        value.isNumber()
            && !unsaid.except().isEmpty()
            && value.doubleValue() == Double.parseDouble(unsaid.except());
    return !isExcepted && !isOff(value);
  }

  static boolean isOff(JsonNode value) {
    return value.isMissingNode()
        || value.isNull()
        || (value.isBoolean() && !value.booleanValue())
        || (value.isNumber() && value.doubleValue() == 0)
        || (value.isTextual() && value.textValue().isEmpty())
        || (value.isContainerNode() && value.isEmpty());
  }

  /** What a line says; empty where no alternative has its keys. */
  Optional<JsonNode> evaluate(String line) {
    Optional<String> written = section.find(line);
    if (written.isEmpty()) {
      return Optional.empty();
    }
    for (String alternative : written.get().split("\\|", -1)) {
      String[] sides = alternative.split(IF, 2);
      if (sides.length > 1 && !holds(sides[1])) {
        continue;
      }
      Optional<JsonNode> value = value(line, sides[0].strip());
      if (value.isPresent()) {
        return value;
      }
    }
    return Optional.empty();
  }

  private Optional<JsonNode> value(String line, String text) {
    String[] words = text.split("\\s+", -1);
    if (words.length == 1 || text.startsWith("\"")) {
      return atom(text);
    }
    if (words[1].equals(VIA)) {
      return atom(words[0]).map(theirs -> ours(line, theirs, mapping.table(words[2])));
    }
    Optional<JsonNode> left = atom(words[0]);
    Optional<JsonNode> right = atom(words[2]);
    if (left.isEmpty() || right.isEmpty()) {
      return Optional.empty();
    }
    long a = whole(left.get(), words[0]);
    long b = whole(right.get(), words[2]);
    if (words[1].equals("*")) {
      return Optional.of(LongNode.valueOf(a * b));
    }
    if (b == 0 || a % b != 0) {
      throw Failure.wrongInput(
          "%s: %s is %s / %s, and %,d does not divide by %,d"
              .formatted(file, line, key(words[0]), key(words[2]), a, b));
    }
    return Optional.of(LongNode.valueOf(a / b));
  }

  private JsonNode ours(String line, JsonNode theirs, ConfigMapping.Table table) {
    return table
        .ours(theirs.asText())
        .map(TextNode::valueOf)
        .orElseThrow(() -> wrong(line, theirs, "one of " + String.join(", ", table.theirs())));
  }

  private Optional<JsonNode> atom(String word) {
    if (word.startsWith("@")) {
      return evaluate(word.substring(1));
    }
    if (word.startsWith("\"")) {
      return Optional.of(TextNode.valueOf(word.substring(1, word.length() - 1)));
    }
    if (word.equals("true") || word.equals("false")) {
      return Optional.of(BooleanNode.valueOf(word.equals("true")));
    }
    if (Character.isDigit(word.charAt(0))) {
      return Optional.of(
          word.contains(".")
              ? DoubleNode.valueOf(Double.parseDouble(word))
              : LongNode.valueOf(Long.parseLong(word)));
    }
    JsonNode value = object.path(word);
    return value.isMissingNode() || value.isNull() ? Optional.empty() : Optional.of(value);
  }

  private long whole(JsonNode value, String line) {
    boolean isWhole = value.isIntegralNumber() && value.canConvertToLong();
    if (!isWhole || value.longValue() < 0 || value.longValue() > MOST) {
      throw wrong(line, value, String.format("a whole number from 0 to %,d", MOST));
    }
    return value.longValue();
  }

  /** The key that a reader finds in the configuration where a line or a word of one is wrong. */
  private String key(String word) {
    String line = word.startsWith("@") ? word.substring(1) : word;
    String written = section.find(line).orElse(line);
    Matcher keys = KEY.matcher(keysOf(written));
    String first = line;
    Iterator<String> found = keys.results().map(result -> result.group()).iterator();
    boolean isFirst = true;
    while (found.hasNext()) {
      String key = found.next();
      if (object.has(key)) {
        return key;
      }
      first = isFirst ? key : first;
      isFirst = false;
    }
    return first;
  }
}
