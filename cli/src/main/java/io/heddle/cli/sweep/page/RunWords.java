package io.heddle.cli.sweep.page;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The command that runs one point again, but for what the point itself sets. */
final class RunWords {
  private static final Pattern SLOW = Pattern.compile("(rank|stage) (\\d+) by ([0-9.]+)");
  private static final Pattern JITTER = Pattern.compile("jitter ([0-9.]+) of seed (-?\\d+)");

  private RunWords() {}

  /**
   * The words, one by one.
   *
   * @param file with the plan
   * @param facts that the results have in common
   */
  static List<String> of(String file, Map<String, String> facts) {
    List<String> words = new ArrayList<>(List.of("heddle", "run", file));
    words.addAll(List.of("--plan", facts.getOrDefault("plan", "?")));
    words.addAll(List.of("--mode", facts.getOrDefault("mode", "flattened")));
    String stragglers = facts.getOrDefault("stragglers", "");
    for (Matcher slow = SLOW.matcher(stragglers); slow.find(); ) {
      words.addAll(
          List.of("--slow", "%s=%s:%s".formatted(slow.group(1), slow.group(2), slow.group(3))));
    }
    Matcher jitter = JITTER.matcher(stragglers);
    if (jitter.find()) {
      words.addAll(List.of("--jitter", jitter.group(1), "--seed", jitter.group(2)));
    }
    String settings = facts.getOrDefault("settings", "");
    if (!settings.isEmpty()) {
      words.addAll(List.of("--set", settings));
    }
    return words;
  }
}
