package io.heddle.cli.output;

import java.util.ArrayList;
import java.util.List;

/** A table of text, columns aligned to the right. */
final class Table {
  private static final String GAP = "  ";

  private final List<List<String>> rows = new ArrayList<>();

  /** Adds a row, the head first; all are of one length. */
  Table row(List<String> cells) {
    rows.add(List.copyOf(cells));
    return this;
  }

  /** The rows, each ending with a line break. */
  String text() {
    return text(false);
  }

  /** The same with the last column aligned to the left. */
  String textBehind() {
    return text(true);
  }

  private String text(boolean lastToTheLeft) {
    int columns = rows.get(0).size();
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int c = 0; c < columns; c++) {
        widths[c] = Math.max(widths[c], row.get(c).length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      for (int c = 0; c < columns; c++) {
        boolean left = lastToTheLeft && c == columns - 1;
        text.append(c == 0 ? "" : GAP)
            .append(left ? "" : " ".repeat(widths[c] - row.get(c).length()))
            .append(row.get(c));
      }
      text.append('\n');
    }
    return text.toString();
  }
}
