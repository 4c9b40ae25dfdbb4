package io.heddle.cli.output;

import java.util.List;

/** Rows of comma-separated values (RFC 4180). */
public final class Csv {
  private static final String LINE_BREAK = "\r\n";

  private Csv() {}

  /** One row with its line break. */
  public static String row(List<String> values) {
    StringBuilder row = new StringBuilder();
    for (int i = 0; i < values.size(); i++) {
      row.append(i == 0 ? "" : ",").append(quoted(values.get(i)));
    }
    return row.append(LINE_BREAK).toString();
  }

  /** A value, in quotes where it needs them. */
  public static String quoted(String value) {
    boolean plain = value.chars().noneMatch(c -> c == ',' || c == '"' || c == '\r' || c == '\n');
    return plain ? value : '"' + value.replace("\"", "\"\"") + '"';
  }
}
