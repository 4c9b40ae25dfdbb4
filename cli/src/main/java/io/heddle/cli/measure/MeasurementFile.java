package io.heddle.cli.measure;

import io.heddle.cli.failure.Failure;
import io.heddle.cli.source.TextFile;
import io.heddle.processor.diagnose.Spelling;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A file of comma-separated values (RFC 4180, but a row is a line): a head that names columns, then
 * rows. Empty lines are skipped, and columns that nobody asks for are not looked at.
 */
public final class MeasurementFile {
  private static final char QUOTE = '"';

  private final Path file;
  private final Map<String, Integer> columns;
  private final List<Row> rows;

  private MeasurementFile(Path file, Map<String, Integer> columns, List<Row> rows) {
    this.file = file;
    this.columns = columns;
    this.rows = rows;
  }

  /**
   * Reads a file.
   *
   * @throws Failure if it is no such file
   */
  public static MeasurementFile read(Path file) {
    String[] lines = TextFile.read(file, "table of measurements").split("\r\n|\r|\n", -1);
    Map<String, Integer> columns = new LinkedHashMap<>();
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < lines.length; i++) {
      if (lines[i].isBlank()) {
        continue;
      }
      List<String> cells = cells(file, i + 1, lines[i]);
      if (columns.isEmpty()) {
        for (String name : cells) {
          if (columns.putIfAbsent(name, columns.size()) != null) {
            throw wrong(file, i + 1, "column `%s` stands twice".formatted(name));
          }
        }
      } else if (cells.size() != columns.size()) {
        throw wrong(
            file,
            i + 1,
            "%d cells, where the head names %d columns".formatted(cells.size(), columns.size()));
      } else {
        rows.add(new Row(file, i + 1, columns, cells));
      }
    }
    if (columns.isEmpty()) {
      throw Failure.wrongInput(file + ": is empty; its first line names the columns");
    }
    return new MeasurementFile(file, columns, rows);
  }

  private static List<String> cells(Path file, int line, String text) {
    List<String> cells = new ArrayList<>();
    int at = 0;
    while (at <= text.length()) {
      StringBuilder cell = new StringBuilder();
      if (at < text.length() && text.charAt(at) == QUOTE) {
        at++;
        while (true) {
          int end = text.indexOf(QUOTE, at);
          if (end < 0) {
            throw wrong(file, line, "a quote is not closed");
          }
          cell.append(text, at, end);
          at = end + 1;
          if (at >= text.length() || text.charAt(at) != QUOTE) {
            break;
          }
          cell.append(QUOTE);
          at++;
        }
        if (at < text.length() && text.charAt(at) != ',') {
          throw wrong(file, line, "a comma is missing behind a closing quote");
        }
      } else {
        int end = text.indexOf(',', at);
        end = end < 0 ? text.length() : end;
        cell.append(text, at, end);
        at = end;
      }
      cells.add(cell.toString().strip());
      at++;
    }
    return cells;
  }

  /** As the user named it. */
  public Path file() {
    return file;
  }

  /** The rows, in order. */
  public List<Row> rows() {
    return rows;
  }

  /** Whether the head names a column. */
  public boolean has(String column) {
    return columns.containsKey(column);
  }

  /**
   * Checks that there are columns.
   *
   * @throws Failure if one is missing
   */
  public MeasurementFile require(String... names) {
    for (String name : names) {
      if (!has(name)) {
        throw Failure.wrongInput(
            "%s: column `%s` is missing; the head has: %s%s"
                .formatted(
                    file,
                    name,
                    String.join(", ", columns.keySet()),
                    Spelling.nearest(name, columns.keySet())
                        .map("; is `%s` meant?"::formatted)
                        .orElse("")));
      }
    }
    return this;
  }

  private static Failure wrong(Path file, int line, String what) {
    return Failure.wrongInput("%s:%d: %s".formatted(file, line, what));
  }

  /** A row; each question throws a {@link Failure} that names file, line and column. */
  public static final class Row {
    private final Path file;
    private final int line;
    private final Map<String, Integer> columns;
    private final List<String> cells;

    private Row(Path file, int line, Map<String, Integer> columns, List<String> cells) {
      this.file = file;
      this.line = line;
      this.columns = columns;
      this.cells = List.copyOf(cells);
    }

    /** Whether the head names a column. */
    public boolean has(String column) {
      return columns.containsKey(column);
    }

    /** The text of a column that the head names. */
    public String text(String column) {
      Integer index = columns.get(column);
      if (index == null) {
        throw new IllegalArgumentException(column);
      }
      return cells.get(index);
    }

    /** A whole number. */
    public long whole(String column, long least) {
      String text = text(column);
      long value;
      try {
        value = Long.parseLong(text);
      } catch (NumberFormatException e) {
        throw wrong(column, "`%s` is not a whole number".formatted(text));
      }
      if (value < least || value > 1L << 40) {
        throw wrong(column, "%d is not a number from %d to 2^40".formatted(value, least));
      }
      return value;
    }

    /** A whole number of a range. */
    public long whole(String column, long least, long most) {
      long value = whole(column, least);
      if (value > most) {
        throw wrong(column, "%d is not a number from %d to %d".formatted(value, least, most));
      }
      return value;
    }

    /** A number above 0. */
    public double positive(String column) {
      String text = text(column);
      double value;
      try {
        value = Double.parseDouble(text);
      } catch (NumberFormatException e) {
        throw wrong(column, "`%s` is not a number".formatted(text));
      }
      if (!(value > 0 && value < 1e15)) {
        throw wrong(column, String.format(Locale.ROOT, "%s is not above 0 and below 1e15", text));
      }
      return value;
    }

    /** What is wrong with the value of a column. */
    public Failure wrong(String column, String what) {
      return MeasurementFile.wrong(file, line, "column `%s`: %s".formatted(column, what));
    }
  }
}
