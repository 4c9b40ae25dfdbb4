package io.heddle.cli.lsp;

import io.heddle.processor.diagnose.Span;
import java.util.Arrays;
import org.eclipse.lsp4j.Position;
import org.eclipse.lsp4j.Range;

/**
 * Places of a text as the protocol counts them, in UTF-16 from 0, and as the compiler does: in
 * characters from 1, with line feeds alone as ends of lines.
 */
final class TextMap {
  private final String text;
  private final int[] lines;
  private final int[] feeds;

  TextMap(String text) {
    this.text = text;
    this.lines = starts(text, true);
    this.feeds = starts(text, false);
  }

  /** Where lines begin. */
  private static int[] starts(String text, boolean returns) {
    int[] starts = new int[16];
    int count = 1;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean isReturn = c == '\r' && !(i + 1 < text.length() && text.charAt(i + 1) == '\n');
      if (c == '\n' || (returns && isReturn)) {
        if (count == starts.length) {
          starts = Arrays.copyOf(starts, 2 * count);
        }
        starts[count++] = i + 1;
      }
    }
    return Arrays.copyOf(starts, count);
  }

  /** The place in the text; of a position that is nowhere, the nearest. */
  int offset(Position position) {
    int line = position.getLine();
    if (line < 0) {
      return 0;
    }
    if (line >= lines.length) {
      return text.length();
    }
    int end = line + 1 < lines.length ? lines[line + 1] : text.length();
    while (end > lines[line] && isEnd(text.charAt(end - 1))) {
      end--;
    }
    return lines[line] + Math.min(Math.max(0, position.getCharacter()), end - lines[line]);
  }

  private static boolean isEnd(char c) {
    return c == '\n' || c == '\r';
  }

  Position position(int offset) {
    int found = Arrays.binarySearch(lines, offset);
    int line = found >= 0 ? found : -found - 2;
    return new Position(line, offset - lines[line]);
  }

  /** The place of a column of the compiler's. */
  int offset(int line, int column) {
    if (line > feeds.length) {
      return text.length();
    }
    int begin = feeds[Math.max(0, line - 1)];
    int end = line < feeds.length ? feeds[line] - 1 : text.length();
    int offset = begin;
    for (int i = 1; i < column && offset < end; i++) {
      offset += Character.charCount(text.codePointAt(offset));
    }
    return offset;
  }

  Range range(Span span) {
    return new Range(
        position(offset(span.line(), span.column())),
        position(offset(span.line(), span.column() + span.length())));
  }

  /** The compiler's line of a position. */
  int line(Position position) {
    int found = Arrays.binarySearch(feeds, offset(position));
    return found >= 0 ? found + 1 : -found - 1;
  }

  /** The compiler's column of a position. */
  int column(Position position) {
    return 1 + text.codePointCount(feeds[line(position) - 1], offset(position));
  }

  /** The whole text. */
  Range whole() {
    return new Range(new Position(0, 0), position(text.length()));
  }
}
