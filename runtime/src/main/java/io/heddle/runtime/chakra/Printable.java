package io.heddle.runtime.chakra;

/** Text that a terminal may be shown: it obeys what else a name or a log may hold. */
public final class Printable {
  private static final char REPLACEMENT = '\ufffd';

  private Printable() {}

  /**
   * The text in one line, without what would move a cursor or turn letters round.
   *
   * @param longest characters that are kept
   */
  public static String of(String text, int longest) {
    String part = text.length() > longest ? text.substring(0, longest) + "…" : text;
    StringBuilder shown = new StringBuilder(part.length());
    part.codePoints().forEach(c -> shown.appendCodePoint(isShown(c) ? c : REPLACEMENT));
    return shown.toString();
  }

  private static boolean isShown(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }
}
