package io.heddle.cli.convert;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a plan and its model say, by the names that the lines of mappings have. What has no such
 * name is among the losses.
 */
final class MappedFacts {
  private final Map<String, JsonNode> values = new LinkedHashMap<>();
  private final Map<String, String> texts = new LinkedHashMap<>();
  private final List<String> losses = new ArrayList<>();

  /**
   * Adds a fact.
   *
   * @param text how a reader finds it in the file
   */
  void put(String line, JsonNode value, String text) {
    values.put(line, value);
    texts.put(line, text);
  }

  void number(String line, long value, String text) {
    put(line, LongNode.valueOf(value), text);
  }

  void word(String line, String value, String text) {
    put(line, TextNode.valueOf(value), text);
  }

  void flag(String line, boolean value, String text) {
    put(line, BooleanNode.valueOf(value), text);
  }

  void numbers(String line, Collection<Long> all, String text) {
    var array = JsonNodeFactory.instance.arrayNode();
    all.forEach(array::add);
    put(line, array, text);
  }

  void words(String line, Collection<String> all, String text) {
    var array = JsonNodeFactory.instance.arrayNode();
    all.forEach(array::add);
    put(line, array, text);
  }

  /** Takes a fact away. */
  void remove(String line) {
    values.remove(line);
  }

  /** Adds what no program that is written for can be told. */
  void loss(String text) {
    if (!losses.contains(text)) {
      losses.add(text);
    }
  }

  List<String> losses() {
    return List.copyOf(losses);
  }

  /** The names of all facts. */
  Optional<JsonNode> find(String line) {
    return Optional.ofNullable(values.get(line));
  }

  /** A number, or another where there is no such fact. */
  long number(String line, long otherwise) {
    return find(line).map(JsonNode::longValue).orElse(otherwise);
  }

  /** A word; empty where there is no such fact. */
  String word(String line) {
    return find(line).map(JsonNode::asText).orElse("");
  }

  boolean isOn(String line) {
    return find(line).filter(value -> !MappedConfig.isOff(value)).isPresent();
  }

  /** How a reader finds a fact in the file. */
  String text(String line) {
    return texts.getOrDefault(line, line);
  }
}
