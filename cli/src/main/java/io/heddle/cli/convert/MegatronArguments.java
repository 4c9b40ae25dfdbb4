package io.heddle.cli.convert;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.heddle.cli.failure.Failure;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** Arguments of Megatron-LM, from a command line or a recipe, as one object of keys. */
final class MegatronArguments {
  private static final String POSITIONS = "position_embedding_type";

  /** No argument, but what `ffn_hidden_size` is where only `swiglu` is there. */
  private static final String GATED_WIDTH = "gated_ffn_hidden_size";

  private static final int DEEPEST = 20;
  private static final int MOST_LAYERS = 10_000;

  /** Pieces that touch are one word, as in a shell. */
  private static final Pattern PIECE = Pattern.compile("\"([^\"]*)\"|'([^']*)'|([^\\s\"'\\\\]+)");

  private static final Pattern FLAG =
      Pattern.compile("--[A-Za-z][A-Za-z0-9_-]*(=.*)?", Pattern.DOTALL);
  private static final Pattern PROGRAM = Pattern.compile("[\\w./-]+\\.py");
  private static final Pattern WHOLE = Pattern.compile("-?\\d{1,18}");
  private static final Pattern DECIMAL =
      Pattern.compile("-?\\d{1,18}(\\.\\d{1,18})?(e-?\\d{1,3})?");
  private static final Pattern LAYERS = Pattern.compile("\\[([01, ]+)](?:\\*(\\d{1,4}))?\\+?");

  private MegatronArguments() {}

  /** Of a command line; what stands before the first argument is not read. */
  static ObjectNode ofCommandLine(String text) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    String key = "";
    List<JsonNode> values = new ArrayList<>();
    for (String word : words(text)) {
      if (PROGRAM.matcher(word).matches()) {
        // What the launcher's last argument is followed by.
        put(object, key, values);
        key = "";
        values = new ArrayList<>();
        continue;
      }
      if (!FLAG.matcher(word).matches()) {
        values.add(value(word));
        continue;
      }
      put(object, key, values);
      int equals = word.indexOf('=');
      key = (equals < 0 ? word : word.substring(0, equals)).substring(2).replace('-', '_');
      values = new ArrayList<>();
      if (equals > 0) {
        values.add(value(word.substring(equals + 1)));
      }
    }
    put(object, key, values);
    return completed(object);
  }

  private static List<String> words(String text) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    int end = -1;
    Matcher piece = PIECE.matcher(text);
    while (piece.find()) {
      if (piece.start() != end && end >= 0) {
        words.add(word.toString());
        word.setLength(0);
      }
      word.append(piece.group(piece.group(1) != null ? 1 : piece.group(2) != null ? 2 : 3));
      end = piece.end();
    }
    if (end >= 0) {
      words.add(word.toString());
    }
    return words;
  }

  /**
   * Of a recipe: a YAML document, whose sections do not matter.
   *
   * @throws Failure if it is none, or says one key twice with different values
   */
  static ObjectNode ofRecipe(String file, String text) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    try {
      LoadSettings settings = LoadSettings.builder().setMaxAliasesForCollections(20).build();
      int depth = 0;
      for (Event event : new Parse(settings).parseString(text)) {
        depth += event instanceof CollectionStartEvent ? 1 : 0;
        depth -= event instanceof CollectionEndEvent ? 1 : 0;
        if (depth > DEEPEST) {
          throw tooDeep(file);
        }
      }
      if (!(new Load(settings).loadFromString(text) instanceof Map<?, ?> map)) {
        throw Failure.wrongInput(file + ": expected a map of keys, as a recipe is one");
      }
      flatten(file, map, object, 0);
    } catch (YamlEngineException e) {
      throw Failure.wrongInput(
          file + ": not YAML: " + Quoted.line(String.valueOf(e.getMessage()).split("\n", 2)[0]));
    }
    return completed(object);
  }

  private static void flatten(String file, Map<?, ?> map, ObjectNode object, int depth) {
    // A map may hold itself.
    if (depth > DEEPEST) {
      throw tooDeep(file);
    }
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      String key = String.valueOf(entry.getKey()).replace('-', '_');
      if (entry.getValue() instanceof Map<?, ?> inner) {
        flatten(file, inner, object, depth + 1);
        continue;
      }
      JsonNode value = node(entry.getValue());
      JsonNode before = object.get(key);
      if (before != null && !before.equals(value)) {
        throw Failure.wrongInput(
            "%s: %s is %s and %s"
                .formatted(file, Quoted.of(key), Quoted.of(before), Quoted.of(value)));
      }
      object.set(key, value);
    }
  }

  private static Failure tooDeep(String file) {
    return Failure.wrongInput(file + ": nested more than " + DEEPEST + " deep");
  }

  private static JsonNode node(@Nullable Object value) {
    if (value instanceof Boolean flag) {
      return BooleanNode.valueOf(flag);
    }
    if (value instanceof Collection<?> list) {
      ArrayNode array = JsonNodeFactory.instance.arrayNode();
      list.forEach(each -> array.add(element(each)));
      return array;
    }
    return value == null ? JsonNodeFactory.instance.nullNode() : value(String.valueOf(value));
  }

  /** No argument is a list of lists; what such a list holds is not read, and may be itself. */
  private static JsonNode element(@Nullable Object value) {
    return value instanceof Map
        ? JsonNodeFactory.instance.objectNode()
        : value instanceof Collection ? JsonNodeFactory.instance.arrayNode() : node(value);
  }

  private static JsonNode value(String word) {
    if (WHOLE.matcher(word).matches()) {
      return LongNode.valueOf(Long.parseLong(word));
    }
    if (DECIMAL.matcher(word).matches()) {
      return DoubleNode.valueOf(Double.parseDouble(word));
    }
    return text(word);
  }

  private static JsonNode text(String word) {
    return word.equalsIgnoreCase("true") || word.equalsIgnoreCase("false")
        ? BooleanNode.valueOf(word.equalsIgnoreCase("true"))
        : TextNode.valueOf(word);
  }

  private static void put(ObjectNode object, String key, List<JsonNode> values) {
    if (key.isEmpty()) {
      return;
    }
    if (values.isEmpty()) {
      object.put(key, true);
    } else if (values.size() == 1) {
      object.set(key, values.get(0));
    } else {
      object.putArray(key).addAll(values);
    }
  }

  private static List<String> names(ObjectNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }

  /** What the parser of the arguments works out itself. */
  private static ObjectNode completed(ObjectNode object) {
    for (String key : names(object)) {
      if (object.path(key).asText().equalsIgnoreCase("none")) {
        // A choice of its own for positions, and for others how Python writes nothing.
        object.set(
            key,
            key.equals(POSITIONS) ? TextNode.valueOf("none") : JsonNodeFactory.instance.nullNode());
      }
    }
    JsonNode hidden = object.path("hidden_size");
    if (hidden.isLong() && hidden.canConvertToInt()) {
      object.put(GATED_WIDTH, hidden.longValue() * 8 / 3 / 64 * 64);
    }
    JsonNode window = object.path("window_size");
    if (window.isArray() && !window.isEmpty()) {
      object.set("window", window.get(0));
    } else if (window.isTextual()) {
      Matcher first = Pattern.compile("\\(?(\\d{1,9})[, ].*").matcher(window.textValue());
      object.set("window", value(first.matches() ? first.group(1) : window.textValue()));
    }
    object.remove("window_size");
    JsonNode modules = object.path("recompute_modules");
    if (modules.isTextual()) {
      object.putArray("recompute_modules").add(modules.textValue());
    }
    JsonNode frequency = object.path("moe_layer_freq");
    if (frequency.isTextual() || frequency.isArray()) {
      object.remove("moe_layer_freq");
      object.set("dense_layers", denseLayers(frequency));
    }
    return object;
  }

  /**
   * Keys as they are typed: what {@link #completed} worked out goes back to what it was made of.
   */
  static ObjectNode written(ObjectNode keys) {
    ObjectNode written = JsonNodeFactory.instance.objectNode();
    keys.properties()
        .forEach(
            each -> {
              switch (each.getKey()) {
                case "dense_layers" ->
                    written.put(
                        "moe_layer_freq",
                        frequency(each.getValue(), keys.path("num_layers").asInt()));
                case "window" -> written.put("window_size", "(" + each.getValue() + ",0)");
                default -> written.set(each.getKey(), each.getValue());
              }
            });
    return written;
  }

  /** A command line's words for keys: an argument with its values each. */
  static List<String> words(ObjectNode keys) {
    List<String> words = new ArrayList<>();
    keys.properties()
        .forEach(
            each -> {
              StringBuilder word = new StringBuilder("--" + each.getKey().replace('_', '-'));
              if (each.getValue().isArray()) {
                each.getValue().forEach(value -> word.append(' ').append(quoted(value)));
              } else if (!each.getValue().isBoolean()) {
                word.append(' ').append(quoted(each.getValue()));
              }
              words.add(word.toString());
            });
    return words;
  }

  private static String quoted(JsonNode value) {
    String text = value.asText();
    return text.matches("[\\w./+-]+") ? text : "'" + text + "'";
  }

  /** Such as {@code ([0]*3+[1]*58)}, with the shortest period. */
  private static String frequency(JsonNode dense, int layers) {
    boolean[] isDense = new boolean[layers];
    dense.forEach(layer -> isDense[layer.asInt()] = true);
    for (int period = 1; period <= layers / 2; period++) {
      boolean repeats = layers % period == 0;
      for (int i = period; i < layers && repeats; i++) {
        repeats = isDense[i] == isDense[i - period];
      }
      if (repeats) {
        return "(" + bits(isDense, period) + "*" + layers / period + ")";
      }
    }
    List<String> runs = new ArrayList<>();
    for (int from = 0; from < layers; ) {
      int to = from;
      while (to < layers && isDense[to] == isDense[from]) {
        to++;
      }
      runs.add("[" + (isDense[from] ? 0 : 1) + "]*" + (to - from));
      from = to;
    }
    return "(" + String.join("+", runs) + ")";
  }

  private static String bits(boolean[] isDense, int count) {
    List<String> bits = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      bits.add(isDense[i] ? "0" : "1");
    }
    return "[" + String.join(",", bits) + "]";
  }

  /** The layers without experts of such as {@code ([0]*3+[1]*58)}. */
  private static ArrayNode denseLayers(JsonNode frequency) {
    String text = frequency.isArray() ? frequency.toString() : frequency.textValue();
    String inner = text.replaceAll("[()]", "").strip();
    ArrayNode dense = JsonNodeFactory.instance.arrayNode();
    Matcher part = LAYERS.matcher(inner);
    int end = 0;
    long layer = 0;
    while (part.find() && part.start() == end) {
      end = part.end();
      String[] bits = part.group(1).replace(" ", "").split(",", -1);
      int times = part.group(2) == null ? 1 : Integer.parseInt(part.group(2));
      for (int i = 0; i < times && layer <= MOST_LAYERS; i++) {
        for (String bit : bits) {
          if (bit.equals("0")) {
            dense.add(layer);
          }
          layer++;
        }
      }
    }
    if (end != inner.length() || end == 0) {
      throw Failure.wrongInput(
          "moe_layer_freq: %s is neither a number nor a list such as ([0]*3+[1]*58)"
              .formatted(Quoted.of(text)));
    }
    return dense;
  }
}
