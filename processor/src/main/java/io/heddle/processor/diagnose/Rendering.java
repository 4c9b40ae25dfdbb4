package io.heddle.processor.diagnose;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The form in which findings are shown: what, where, the line with a caret, and what would work.
 */
public final class Rendering {
  /** Characters of a source line that are shown. */
  private static final int WIDTH = 100;

  /** Findings that are shown at once. */
  private static final int MOST = 200;

  private static final String CUT = "…";

  private Rendering() {}

  /**
   * The findings one after another, each ending with a line break. Of very many the first of the
   * most severe are shown, and how many others there are.
   */
  public static String of(Collection<Diagnostic> findings) {
    if (findings.size() <= MOST) {
      return findings.stream().map(Rendering::of).collect(Collectors.joining());
    }
    Set<Diagnostic> shown =
        findings.stream()
            .sorted(Comparator.comparing(Diagnostic::severity))
            .limit(MOST)
            .collect(Collectors.toSet());
    return findings.stream()
            .filter(shown::contains)
            .map(Rendering::of)
            .collect(Collectors.joining())
        + String.format(
            Locale.ROOT,
            "%,d more findings are not shown: correct those above, then check again\n",
            findings.size() - MOST);
  }

  /** A finding, ending with a line break. */
  public static String of(Diagnostic finding) {
    StringBuilder text = new StringBuilder();
    text.append(place(finding.span()))
        .append(": ")
        .append(finding.severity().word())
        .append('[')
        .append(finding.code().id())
        .append("]: ")
        .append(harmless(finding.message()))
        .append('\n');
    appendSource(finding.span(), text);
    for (Diagnostic.Note note : finding.notes()) {
      appendRemark("note", note.message(), note.span(), text);
    }
    if (finding.help() != null) {
      appendRemark("help", finding.help(), null, text);
    }
    return text.toString();
  }

  private static void appendRemark(
      String kind, String message, @Nullable Span span, StringBuilder text) {
    text.append("   ").append(kind).append(": ").append(harmless(message));
    if (span != null) {
      text.append(" at ").append(place(span));
    }
    text.append('\n');
  }

  private static String place(Span span) {
    return harmless(span.toString());
  }

  private static void appendSource(Span span, StringBuilder text) {
    int[] line = line(span).codePoints().map(Rendering::harmless).toArray();
    int from = 0;
    int to = line.length;
    if (line.length > WIDTH) {
      from = Math.max(0, Math.min(span.column() - 1 - WIDTH / 2, line.length - WIDTH));
      to = Math.min(line.length, from + WIDTH);
    }
    String before = from > 0 ? CUT : "";
    String shown = new String(line, from, to - from);
    String number = String.format(Locale.ROOT, "%5d", span.line());
    text.append(number).append(" | ").append(before).append(shown);
    text.append(to < line.length ? CUT : "").append('\n');

    int column = before.length() + Math.min(span.column() - 1, line.length) - from;
    int length = Math.max(1, Math.min(span.length(), to - (span.column() - 1)));
    text.append(" ".repeat(number.length())).append(" | ").append(" ".repeat(column));
    text.append('^').append("~".repeat(length - 1)).append('\n');
  }

  /** The source line in which the span stands; empty where the text has no such line. */
  private static String line(Span span) {
    String source = span.source().text();
    int begin = 0;
    for (int line = 1; line < span.line(); line++) {
      int end = source.indexOf('\n', begin);
      if (end < 0) {
        return "";
      }
      begin = end + 1;
    }
    int end = source.indexOf('\n', begin);
    String line = source.substring(begin, end < 0 ? source.length() : end);
    return line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
  }

  private static String harmless(String text) {
    int[] characters = text.codePoints().map(Rendering::harmless).toArray();
    return new String(characters, 0, characters.length);
  }

  /** The character, or one in its place that moves no cursor and turns no writing direction. */
  private static int harmless(int character) {
    if (character == '\t') {
      return ' ';
    }
    return switch (Character.getType(character)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          '\uFFFD';
      default -> character;
    };
  }
}
