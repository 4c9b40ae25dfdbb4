package io.heddle.cli.output;

import java.util.ArrayList;
import java.util.List;

/** A table of text, columns aligned to the right, but for the first or last of some tables. */
public final class Table {
  private static final String GAP = "  ";

  private final List<List<String>> rows = new ArrayList<>();
  private final boolean firstToTheLeft;

  /** A table without rows. */
  public Table() {
    this(false);
  }

  private Table(boolean firstToTheLeft) {
    this.firstToTheLeft = firstToTheLeft;
  }

  /** A table whose rows begin with their names. */
  public static Table firstToTheLeft() {
    return new Table(true);
  }

  /** Adds a row, the head first; all are of one length. */
  public Table row(List<String> cells) {
    rows.add(List.copyOf(cells));
    return this;
  }

  /** The rows, each ending with a line break, and none with spaces. */
  public String text() {
    return text(false);
  }

  /** The same with the last column aligned to the left. */
  public String textBehind() {
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
        String cell = row.get(c);
        String space = " ".repeat(widths[c] - cell.length());
        text.append(c == 0 ? "" : GAP);
        if (lastToTheLeft && c == columns - 1) {
          text.append(cell);
        } else {
          text.append(c == 0 && firstToTheLeft ? cell + space : space + cell);
        }
      }
      while (text.length() > 0 && text.charAt(text.length() - 1) == ' ') {
        text.setLength(text.length() - 1);
      }
      text.append('\n');
    }
    return text.toString();
  }
}
