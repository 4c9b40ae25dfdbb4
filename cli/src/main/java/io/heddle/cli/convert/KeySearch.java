package io.heddle.cli.convert;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.heddle.cli.failure.Failure;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads a mapping backwards: finds keys for which its lines say what facts do. What a line comes to
 * is asked of the reader of configurations, so that both directions agree.
 */
final class KeySearch {
  private static final int DEEPEST = 8;

  private final ConfigMapping mapping;
  private final ConfigMapping.Section section;
  private final ObjectNode keys = JsonNodeFactory.instance.objectNode();
  private final MappedConfig config;
  private final List<String> failed = new ArrayList<>();

  private KeySearch(ConfigMapping mapping, ConfigMapping.Section section) {
    this.mapping = mapping;
    this.section = section;
    this.config = new MappedConfig("", mapping, section, keys);
  }

  /**
   * What was found.
   *
   * @param keys with their values, in the order of the lines
   * @param failed the lines that no keys make say what the facts do
   */
  record Found(ObjectNode keys, List<String> failed) {}

  /** Finds keys for all facts of which a section has lines. */
  static Found find(ConfigMapping mapping, ConfigMapping.Section section, MappedFacts facts) {
    KeySearch search = new KeySearch(mapping, section);
    List<String> lines = section.ordered().stream().filter(l -> facts.find(l).isPresent()).toList();
    lines.forEach(line -> search.settle(line, facts.find(line).orElseThrow()));
    // A later line may have changed what an earlier one says.
    for (String line : lines) {
      if (!search.says(line, facts.find(line).orElseThrow())) {
        search.failed.add(line);
      }
    }
    return new Found(search.keys, search.failed);
  }

  private void settle(String line, JsonNode wanted) {
    boolean isSaid = says(line, wanted);
    Map<String, JsonNode> best = null;
    for (Map<String, JsonNode> ways : ways(line, wanted, 0)) {
      boolean isBetter = best == null || ways.size() < best.size();
      boolean isWanted = !isSaid || ways.keySet().stream().anyMatch(section::isAlways);
      if (isBetter && isWanted && works(line, wanted, ways)) {
        best = ways;
      }
    }
    if (best != null) {
      best.forEach(keys::set);
    }
  }

  private boolean works(String line, JsonNode wanted, Map<String, JsonNode> assigned) {
    Map<String, JsonNode> before = new LinkedHashMap<>();
    assigned.keySet().forEach(key -> before.put(key, keys.path(key)));
    assigned.forEach(keys::set);
    boolean works = says(line, wanted);
    before.forEach(
        (key, value) -> {
          if (value.isMissingNode()) {
            keys.remove(key);
          } else {
            keys.set(key, value);
          }
        });
    return works;
  }

  private boolean says(String line, JsonNode wanted) {
    try {
      return config.evaluate(line).map(value -> isSame(value, wanted)).orElse(isNothing(wanted));
    } catch (Failure absurd) {
      return false;
    }
  }

  private static boolean isNothing(JsonNode wanted) {
    return wanted.isBoolean() && !wanted.booleanValue();
  }

  private static boolean isSame(JsonNode value, JsonNode wanted) {
    if (wanted.isBoolean()) {
      return MappedConfig.isOff(value) != wanted.booleanValue();
    }
    if (wanted.isNumber() && value.isNumber()) {
      return value.decimalValue().compareTo(wanted.decimalValue()) == 0;
    }
    return value.equals(wanted);
  }

  /** Assignments of keys that may make a line say something. */
  private List<Map<String, JsonNode>> ways(String line, JsonNode wanted, int depth) {
    List<Map<String, JsonNode>> ways = new ArrayList<>();
    List<MappedLine.Alternative> alternatives =
        section.line(line).map(MappedLine::alternatives).orElse(List.of());
    boolean hasNumber =
        alternatives.size() > 1 && isNumber(alternatives.get(alternatives.size() - 1));
    for (MappedLine.Alternative alternative : alternatives) {
      for (Map<String, JsonNode> value : values(alternative.value(), wanted, hasNumber, depth)) {
        Map<String, JsonNode> way = new LinkedHashMap<>(value);
        alternative.condition().terms().forEach(term -> hold(term, way));
        way.keySet().removeIf(key -> keys.path(key).equals(way.get(key)));
        if (way.keySet().stream().noneMatch(section::isOnlyRead)) {
          ways.add(way);
        }
      }
    }
    return ways;
  }

  /** Whether it is a number, whatever the keys say. */
  private static boolean isNumber(MappedLine.Alternative alternative) {
    return alternative.value() instanceof MappedLine.Constant constant
        && constant.value().isNumber()
        && alternative.condition().terms().isEmpty();
  }

  private List<Map<String, JsonNode>> values(
      MappedLine.Value value, JsonNode wanted, boolean hasNumber, int depth) {
    if (value instanceof MappedLine.Translated translated
        && translated.theirs() instanceof MappedLine.Key key) {
      return theirs(translated.table(), wanted)
          .map(theirs -> List.of(Map.of(key.name(), theirs)))
          .orElse(List.of());
    }
    if (value instanceof MappedLine.Key key) {
      if (!isNothing(wanted)) {
        return List.of(Map.of(key.name(), wanted));
      }
      // A flag cannot be off where it stands; a number can be 0.
      return hasNumber ? List.of(Map.of(key.name(), DoubleNode.valueOf(0))) : List.of();
    }
    List<Map<String, JsonNode>> ways = new ArrayList<>(List.of(Map.of()));
    if (value instanceof MappedLine.Other other && depth < DEEPEST) {
      ways.addAll(ways(other.line(), wanted, depth + 1));
    }
    return ways;
  }

  private Optional<JsonNode> theirs(String table, JsonNode wanted) {
    return mapping.table(table).theirs(wanted.asText()).map(TextNode::valueOf);
  }

  /** Adds what may make a term hold. */
  private void hold(MappedLine.Term term, Map<String, JsonNode> way) {
    if (term.of() instanceof MappedLine.Key key
        && !term.isNot()
        && !way.containsKey(key.name())
        && MappedConfig.isOff(keys.path(key.name()))) {
      way.put(key.name(), term.is().<JsonNode>map(TextNode::valueOf).orElse(BooleanNode.TRUE));
    }
  }
}
