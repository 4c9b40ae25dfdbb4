package io.heddle.runtime.simulate.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is wrong with a text that should be JSON, for its author: the library's own messages name
 * its switches, which no user of a command can set.
 */
public final class JsonFault {
  private static final Pattern UNEXPECTED =
      Pattern.compile("Unexpected character \\((.*?) \\(code \\d+\\)\\)", Pattern.DOTALL);

  /** Where a message turns to the library's switches or its sources. */
  private static final Pattern ADVICE =
      Pattern.compile(
          "(?s)(: enable `|: maybe a |\\(not recognized|\\(start marker|, from `| \\(for `|: JSON spec)"
              + ".*");

  private JsonFault() {}

  /** Such as {@code line 3, column 7: not JSON: unexpected character ','}. */
  public static String of(JsonProcessingException fault) {
    String where =
        fault.getLocation() == null || fault.getLocation().getLineNr() < 1
            ? ""
            : "line %d, column %d: "
                .formatted(fault.getLocation().getLineNr(), fault.getLocation().getColumnNr());
    return where + "not JSON: " + problem(fault);
  }

  /** The same without its place. */
  public static String problem(JsonProcessingException fault) {
    String plain = ADVICE.matcher(fault.getOriginalMessage()).replaceFirst("").strip();
    Matcher character = UNEXPECTED.matcher(plain);
    if (character.find()) {
      plain =
          character.replaceFirst(
              Matcher.quoteReplacement("unexpected character " + character.group(1)));
    }
    boolean isCutInBrackets = plain.lastIndexOf('(') > plain.lastIndexOf(')');
    return isCutInBrackets ? plain + ")" : plain;
  }
}
