package io.heddle.cli.convert;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Parts of a specification with what varies in them. {@code {flag}} begins a line that stands only
 * where the flag is set, <code>{flag:text}</code> encloses such a text, {@code !} turns a flag
 * round, {@code &} joins several, and {@code $name} is a word.
 */
final class ModelTemplate {
  private static final Pattern LINE = Pattern.compile("^\\{([!&a-z_]+)}");
  private static final Pattern INLINE = Pattern.compile("\\{([!&a-z_]+):([^{}]*)}");
  private static final Pattern WORD = Pattern.compile("\\$([a-z_]+)");

  private final Map<String, String> parts = new HashMap<>();

  private ModelTemplate() {}

  /** The template of models; its parts have names. */
  static ModelTemplate read() {
    ModelTemplate template = new ModelTemplate();
    String name = "model";
    for (String part : ConfigMapping.text("model.template").split("(?m)^=== ", -1)) {
      boolean isFirst = name.equals("model") && template.parts.isEmpty();
      int end = isFirst ? -1 : part.indexOf('\n');
      name = isFirst ? name : part.substring(0, end);
      template.parts.put(name, part.substring(end + 1));
    }
    return template;
  }

  /** The text of a part. */
  String render(String part, Set<String> flags, Map<String, String> words) {
    StringBuilder text = new StringBuilder();
    for (String line : parts.getOrDefault(part, "").split("(?<=\n)", -1)) {
      Matcher begin = LINE.matcher(line);
      if (begin.find()) {
        if (!holds(begin.group(1), flags)) {
          continue;
        }
        line = line.substring(begin.end());
      }
      String chosen =
          INLINE
              .matcher(line)
              .replaceAll(
                  found ->
                      Matcher.quoteReplacement(holds(found.group(1), flags) ? found.group(2) : ""));
      text.append(WORD.matcher(chosen).replaceAll(found -> word(found, words)));
    }
    return text.toString();
  }

  private static String word(MatchResult found, Map<String, String> words) {
    String word = words.get(found.group(1));
    if (word == null) {
      throw new IllegalStateException("no word " + found.group());
    }
    return Matcher.quoteReplacement(word);
  }

  private static boolean holds(String condition, Set<String> flags) {
    for (String flag : condition.split("&", -1)) {
      boolean isNot = flag.startsWith("!");
      if (flags.contains(isNot ? flag.substring(1) : flag) == isNot) {
        return false;
      }
    }
    return true;
  }
}
