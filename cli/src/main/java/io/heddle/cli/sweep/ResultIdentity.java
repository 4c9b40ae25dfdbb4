package io.heddle.cli.sweep;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.heddle.runtime.mode.Mode;
import io.heddle.runtime.straggler.Stragglers;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * What results have in common that may stand in one folder: the plan that all of them vary, and how
 * each was run. The sweep is not part of it: points are told apart by what they change.
 *
 * @param facts texts by their names
 */
public record ResultIdentity(Map<String, String> facts) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The names of facts, with what a user calls them. */
  private static final Map<String, String> NAMES =
      Map.of(
          "plan", "another plan",
          "specification", "another text of the specification",
          "settings", "other settings (--set)",
          "stragglers", "other stragglers (--slow, --jitter)",
          "mode", "another mode",
          "heddle", "another version of Heddle");

  public ResultIdentity {
    facts = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(facts));
  }

  /**
   * The identity of a run.
   *
   * @param plan that is varied
   * @param specification hash of what makes plans
   * @param version of Heddle
   */
  public static ResultIdentity of(
      String plan,
      String specification,
      List<String> settings,
      Stragglers stragglers,
      Mode mode,
      String version) {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("plan", plan);
    facts.put("specification", specification);
    facts.put("settings", String.join(", ", settings));
    facts.put("stragglers", stragglers.isNone() ? "" : stragglers.toString());
    facts.put("mode", mode.toString());
    facts.put("heddle", version);
    return new ResultIdentity(facts);
  }

  /** The plan that all results vary. */
  public String plan() {
    return facts.getOrDefault("plan", "?");
  }

  /** What differs, in the words of a user; empty if nothing does. */
  public Optional<String> differenceFrom(ResultIdentity other) {
    TreeSet<String> names = new TreeSet<>(NAMES.keySet());
    names.addAll(facts.keySet());
    names.addAll(other.facts.keySet());
    List<String> different =
        names.stream()
            .filter(
                name -> !facts.getOrDefault(name, "").equals(other.facts.getOrDefault(name, "")))
            .map(name -> NAMES.getOrDefault(name, "another `" + name + "`"))
            .toList();
    return different.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", different));
  }

  /** A JSON object of texts. */
  String json() {
    ObjectNode json = JSON.createObjectNode();
    facts.forEach(json::put);
    return json.toPrettyString() + "\n";
  }

  /** Reads what {@link #json} writes; empty if it is anything else. */
  static Optional<ResultIdentity> parse(String text) {
    try {
      JsonNode json = JSON.readTree(text);
      if (json == null || !json.path("plan").isTextual()) {
        return Optional.empty();
      }
      Map<String, String> facts = new LinkedHashMap<>();
      json.properties()
          .forEach(
              fact ->
                  facts.put(
                      fact.getKey(), fact.getValue().asText("").replaceAll("\\p{Cntrl}", "?")));
      return Optional.of(new ResultIdentity(facts));
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }
}
