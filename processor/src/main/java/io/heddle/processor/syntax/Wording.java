package io.heddle.processor.syntax;

import java.util.List;
import java.util.Locale;

/** Small pieces of the sentences that the reader writes. */
final class Wording {
  private static final int LONGEST_QUOTE = 40;

  private Wording() {}

  static String quoted(String text) {
    return "`" + shortened(text) + "`";
  }

  /** The text, cut where it is too long for a message. */
  static String shortened(String text) {
    if (text.codePointCount(0, text.length()) <= LONGEST_QUOTE) {
      return text;
    }
    return text.substring(0, text.offsetByCodePoints(0, LONGEST_QUOTE)) + "…";
  }

  /** A character, by its number if it cannot be shown. */
  static String character(int codePoint) {
    String number = String.format(Locale.ROOT, "U+%04X", codePoint);
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SPACE_SEPARATOR,
          Character.NON_SPACING_MARK,
          Character.ENCLOSING_MARK ->
          number;
      default -> "`" + Character.toString(codePoint) + "` (" + number + ")";
    };
  }

  /** {@code a, b or c}. */
  static String either(List<String> choices) {
    if (choices.size() == 1) {
      return choices.get(0);
    }
    int last = choices.size() - 1;
    return String.join(", ", choices.subList(0, last)) + " or " + choices.get(last);
  }
}
