package io.heddle.cli.convert;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.heddle.cli.failure.Failure;
import io.heddle.processor.diagnose.Spelling;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.LongBinaryOperator;
import java.util.stream.StreamSupport;

/** The lines of a mapping with the values of one configuration. */
final class MappedConfig {
  /** More than any size of a model, and the product of two still fits. */
  private static final long MOST = 1_000_000_000;

  /** Of more keys that are not known nobody is asked which they mean. */
  private static final int MOST_HINTS = 100;

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
        .map(value -> OptionalLong.of(whole(value, key(line))))
        .orElse(OptionalLong.empty());
  }

  /**
   * A whole number.
   *
   * @throws Failure if the configuration does not say it
   */
  long need(String line) {
    return number(line).orElseThrow(() -> missing(line, key(line)));
  }

  /** The text of a failure that is about a line of which there is no key. */
  Failure missing(String line, String key) {
    String misspelt =
        Spelling.nearest(key, unknown())
            .map(near -> "; %s is not known".formatted(Quoted.of(near)))
            .orElse("");
    return Failure.wrongInput("%s: no %s: write the key %s%s".formatted(file, line, key, misspelt));
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
    return wrongKey(key(line), value, expected);
  }

  private Failure wrongKey(String key, String value, String expected) {
    return Failure.wrongInput("%s: `%s` is %s; expected %s".formatted(file, key, value, expected));
  }

  private Failure wrong(String line, JsonNode value, String expected) {
    return wrong(line, Quoted.of(value), expected);
  }

  /** What a condition of keys and lines comes to. */
  boolean holds(MappedLine.Condition condition) {
    return condition.terms().stream().allMatch(this::holds);
  }

  private boolean holds(MappedLine.Term term) {
    Optional<JsonNode> value = atom(term.of());
    boolean is =
        term.is().isPresent()
            ? value.map(JsonNode::asText).equals(term.is())
            : value.filter(v -> !isOff(v)).isPresent();
    return is != term.isNot();
  }

  /**
   * Says of each key that the mapping does not know that it is not read, and which is meant by it,
   * if one that is not there is.
   *
   * @param noun what a key is called
   */
  List<String> unread(String noun) {
    List<String> unknown = unknown();
    List<String> free =
        unknown.size() > MOST_HINTS
            ? List.of()
            : section.keys().stream().filter(key -> !object.has(key)).toList();
    return unknown.stream()
        .map(
            key ->
                "%s: not a known %s; not read%s"
                    .formatted(Quoted.of(key), noun, Spelling.hint(key, free)))
        .toList();
  }

  /** Keys that the configuration has and that the mapping does not know. */
  private List<String> unknown() {
    Set<String> known = section.keys();
    Iterable<String> names = object::fieldNames;
    return StreamSupport.stream(names.spliterator(), false)
        .filter(key -> !known.contains(key) && !section.isSilent(key))
        .toList();
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
    return section
        .line(line)
        .flatMap(
            written ->
                written.alternatives().stream()
                    .filter(alternative -> holds(alternative.condition()))
                    .flatMap(alternative -> value(line, alternative.value()).stream())
                    .findFirst());
  }

  private Optional<JsonNode> value(String line, MappedLine.Value value) {
    if (value instanceof MappedLine.Translated translated) {
      return atom(translated.theirs())
          .map(theirs -> ours(line, theirs, mapping.table(translated.table())));
    }
    if (value instanceof MappedLine.Product product) {
      return numbers(product.left(), product.right(), (a, b) -> a * b);
    }
    if (value instanceof MappedLine.Quotient quotient) {
      return numbers(quotient.left(), quotient.right(), (a, b) -> divided(line, quotient, a, b));
    }
    return atom((MappedLine.Atom) value);
  }

  private Optional<JsonNode> numbers(
      MappedLine.Atom left, MappedLine.Atom right, LongBinaryOperator operator) {
    Optional<JsonNode> one = atom(left);
    Optional<JsonNode> other = atom(right);
    return one.isEmpty() || other.isEmpty()
        ? Optional.empty()
        : Optional.of(
            LongNode.valueOf(
                operator.applyAsLong(whole(one.get(), key(left)), whole(other.get(), key(right)))));
  }

  private long divided(String line, MappedLine.Quotient quotient, long a, long b) {
    if (b == 0 || a % b != 0) {
      throw Failure.wrongInput(
          "%s: %s is %s / %s, and %,d does not divide by %,d"
              .formatted(file, line, key(quotient.left()), key(quotient.right()), a, b));
    }
    return a / b;
  }

  private JsonNode ours(String line, JsonNode theirs, ConfigMapping.Table table) {
    return table
        .ours(theirs.asText())
        .map(TextNode::valueOf)
        .orElseThrow(() -> wrong(line, theirs, "one of " + String.join(", ", table.theirs())));
  }

  private Optional<JsonNode> atom(MappedLine.Atom atom) {
    if (atom instanceof MappedLine.Other other) {
      return evaluate(other.line());
    }
    if (atom instanceof MappedLine.Constant constant) {
      return Optional.of(constant.value());
    }
    JsonNode value = object.path(((MappedLine.Key) atom).name());
    return value.isMissingNode() || value.isNull() ? Optional.empty() : Optional.of(value);
  }

  private long whole(JsonNode value, String key) {
    boolean isWhole = value.isIntegralNumber() && value.canConvertToLong();
    if (!isWhole || value.longValue() < 0 || value.longValue() > MOST) {
      throw wrongKey(key, Quoted.of(value), String.format("a whole number from 0 to %,d", MOST));
    }
    return value.longValue();
  }

  /** The key that a reader finds in the configuration where an atom is wrong. */
  private String key(MappedLine.Atom atom) {
    if (atom instanceof MappedLine.Other other) {
      return key(other.line());
    }
    return atom instanceof MappedLine.Key key
        ? key.name()
        : ((MappedLine.Constant) atom).value().asText();
  }

  /** The key that a reader finds in the configuration where a line is wrong. */
  private String key(String line) {
    Set<String> keys = section.line(line).map(MappedLine::keys).orElse(Set.of(line));
    return keys.stream()
        .filter(object::has)
        .findFirst()
        .orElseGet(() -> keys.stream().findFirst().orElse(line));
  }
}
