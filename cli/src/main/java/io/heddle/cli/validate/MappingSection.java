package io.heddle.cli.validate;

import io.heddle.cli.failure.Failure;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A section of a mapping: to which rows it applies, and what it says of them. */
final class MappingSection {
  private static final String WHERE = "where";

  private static final Map<String, Set<String>> KEYS =
      Map.of(
          "model",
          Set.of(
              "use", "set", "tensor", "experts", "whole", "latent", "layers", "unfused", "heads",
              "say", "note"),
          "gpu",
          Set.of("cluster", "device", "inside", "between", "rack", "note"),
          "framework",
          Set.of(
              "engine",
              "cache",
              "vocab",
              "layout",
              "context",
              "overlap",
              "reduce",
              "gradients",
              "note"),
          "precision",
          Set.of("dtype", "cache", "say", "note"),
          "need",
          Set.of("say", "note", "context", "overlap"),
          "source",
          Set.of("length", "waves", "wait", "say", "note"));

  /** Keys that are followed by a word of the row. */
  private static final Map<String, String> PREFIXES =
      Map.of("model", "recompute ", "framework", "default ");

  /**
   * What a row must have.
   *
   * @param word that the column must have among others; empty where it must only be stated
   * @param below what the column must be less than; NaN where that is not asked
   * @param since the first version of the column that fits; null where that is not asked
   * @param isNot whether the opposite is asked
   */
  private record Condition(
      String column, String word, double below, @Nullable FrameworkVersion since, boolean isNot) {
    boolean holds(PublishedRow row) {
      boolean is =
          since != null
              ? FrameworkVersion.of(row.text(column))
                  .filter(v -> v.compareTo(since) >= 0)
                  .isPresent()
              : !Double.isNaN(below)
                  ? row.isStated(column) && row.decimal(column) < below
                  : word.isEmpty()
                      ? row.isStated(column) && !row.text(column).equals("0")
                      : row.words(column).stream().anyMatch(has -> has.startsWith(word));
      return is != isNot;
    }
  }

  private final String place;
  private final String kind;
  private final List<Pattern> patterns;
  private final List<Condition> conditions;
  private final Map<String, String> entries = new LinkedHashMap<>();

  private MappingSection(
      String place, String kind, List<Pattern> patterns, List<Condition> conditions) {
    this.place = place;
    this.kind = kind;
    this.patterns = patterns;
    this.conditions = conditions;
  }

  /** A section by its head, such as {@code [model gpt* where not experts]}. */
  static MappingSection begin(String place, String head, Set<String> kinds) {
    if (!head.endsWith("]")) {
      throw Failure.wrongInput(place + ": the head of a section ends with `]`");
    }
    List<String> words = List.of(head.substring(1, head.length() - 1).strip().split("\\s+", -1));
    String kind = words.get(0);
    if (!kinds.contains(kind)) {
      throw Failure.wrongInput(
          "%s: no kind of section is called `%s`; there are: %s"
              .formatted(place, kind, String.join(", ", kinds.stream().sorted().toList())));
    }
    List<Pattern> patterns = new ArrayList<>();
    List<Condition> conditions = new ArrayList<>();
    int at = 1;
    for (; at < words.size() && !words.get(at).equals(WHERE); at++) {
      patterns.add(Pattern.compile(Pattern.quote(words.get(at)).replace("*", "\\E.*\\Q")));
    }
    if (patterns.isEmpty()) {
      throw Failure.wrongInput(place + ": a section names at least one pattern, such as `*`");
    }
    while (at < words.size()) {
      at++;
      boolean isNot = at < words.size() && words.get(at).equals("not");
      at += isNot ? 1 : 0;
      if (at >= words.size() || words.get(at).equals(WHERE)) {
        throw Failure.wrongInput(place + ": a column is missing behind `where`");
      }
      String column = words.get(at++);
      String word = "";
      double below = Double.NaN;
      FrameworkVersion since = null;
      if (at + 1 < words.size() && words.get(at).equals("since")) {
        String version = words.get(at + 1);
        since =
            FrameworkVersion.of(version)
                .orElseThrow(
                    () ->
                        Failure.wrongInput(
                            "%s: `%s` is not a version, such as 26.04".formatted(place, version)));
        at += 2;
      }
      if (at + 1 < words.size() && words.get(at).equals("below")) {
        if (!words.get(at + 1).matches("\\d{1,9}")) {
          throw Failure.wrongInput(
              "%s: `%s` is not a whole number".formatted(place, words.get(at + 1)));
        }
        below = Integer.parseInt(words.get(at + 1));
        at += 2;
      }
      if (at + 1 < words.size() && words.get(at).equals("has")) {
        word = words.get(at + 1);
        at += 2;
      }
      if (at < words.size() && !words.get(at).equals(WHERE)) {
        throw Failure.wrongInput(
            "%s: expected `where`, found `%s`".formatted(place, words.get(at)));
      }
      conditions.add(new Condition(column, word, below, since, isNot));
    }
    return new MappingSection(place, kind, patterns, conditions);
  }

  void add(String linePlace, String key, String value) {
    String prefix = PREFIXES.get(kind);
    Set<String> keys = KEYS.getOrDefault(kind, Set.of());
    if (!keys.contains(key) && (prefix == null || !key.startsWith(prefix))) {
      throw Failure.wrongInput(
          "%s: a section of kind %s has no `%s`; it has: %s%s"
              .formatted(
                  linePlace,
                  kind,
                  key,
                  String.join(", ", keys.stream().sorted().toList()),
                  prefix == null ? "" : ", " + prefix + "…"));
    }
    if (entries.putIfAbsent(key, value) != null) {
      throw Failure.wrongInput("%s: `%s` stands twice in this section".formatted(linePlace, key));
    }
  }

  boolean isOf(String other) {
    return kind.equals(other);
  }

  boolean fits(String word, PublishedRow row) {
    return patterns.stream().anyMatch(pattern -> pattern.matcher(word).matches())
        && conditions.stream().allMatch(condition -> condition.holds(row));
  }

  /** What it says under a key. */
  Optional<String> get(String key) {
    return Optional.ofNullable(entries.get(key));
  }

  /**
   * What it must say under a key.
   *
   * @throws Failure if it does not
   */
  String need(String key) {
    return get(key)
        .orElseThrow(
            () -> Failure.wrongInput("%s: this section lacks `%s = …`".formatted(place, key)));
  }

  /** The two sides of {@code NAME from FILE} under a key. */
  String[] from(String key) {
    String[] sides = need(key).split("\\s+from\\s+", -1);
    if (sides.length != 2) {
      throw wrong(key, "write `NAME from FILE`");
    }
    return sides;
  }

  /** A whole number from 1 under a key. */
  long number(String key, long absent) {
    String text = get(key).orElse(Long.toString(absent));
    if (!text.matches("[1-9]\\d{0,5}")) {
      throw wrong(key, "`%s` is not a whole number from 1".formatted(text));
    }
    return Long.parseLong(text);
  }

  /** What is wrong with the value of a key. */
  Failure wrong(String key, String what) {
    return Failure.wrongInput("%s: `%s` of this section: %s".formatted(place, key, what));
  }

  /** Keys that begin with a word, without it. */
  Map<String, String> behind(String prefix) {
    Map<String, String> found = new LinkedHashMap<>();
    entries.forEach(
        (key, value) -> {
          if (key.startsWith(prefix)) {
            found.put(key.substring(prefix.length()).strip(), value);
          }
        });
    return found;
  }
}
