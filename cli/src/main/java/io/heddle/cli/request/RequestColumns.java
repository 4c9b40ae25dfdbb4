package io.heddle.cli.request;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.heddle.cli.failure.Failure;
import io.heddle.processor.diagnose.Spelling;
import java.io.IOException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Which columns of a file of requests mean what. */
final class RequestColumns {
  /** Tokens of a block of Mooncake's traces. */
  static final int MOONCAKE_BLOCK = 512;

  private static final double MILLIS = 1e3;
  private static final JsonFactory JSON = new JsonFactory();

  /** Files that are known by their columns. */
  public enum Format {
    /** Seconds, tokens in and out; may have measured times of the first and last token, too. */
    HEDDLE("arrival_s", "input", "output"),
    /** Azure's traces of 2023 and 2024: dates, tokens in and out. */
    AZURE("TIMESTAMP", "ContextTokens", "GeneratedTokens"),
    /** Seconds, tokens in and out. */
    BURST_GPT("Timestamp", "Request tokens", "Response tokens"),
    /**
     * Milliseconds, tokens in and out, and the names of the prompt's blocks; also lines of JSON.
     */
    MOONCAKE("timestamp", "input_length", "output_length");

    private final String arrival;
    private final String input;
    private final String output;

    Format(String arrival, String input, String output) {
      this.arrival = arrival;
      this.input = input;
      this.output = output;
    }

    private List<String> columns() {
      return List.of(arrival, input, output);
    }
  }

  private final Format format;
  private final boolean isJson;
  private final List<String> head;

  /** The day from which dates are counted: fractions of a second keep their digits. */
  private long epoch = Long.MIN_VALUE;

  private RequestColumns(Format format, boolean isJson, List<String> head) {
    this.format = format;
    this.isJson = isJson;
    this.head = head;
  }

  /**
   * The columns of a file by its first line.
   *
   * @throws Failure if they are none that are known
   */
  static RequestColumns of(Path file, int number, String line) {
    if (line.stripLeading().startsWith("{")) {
      return new RequestColumns(Format.MOONCAKE, true, List.of());
    }
    List<String> head = cells(line);
    for (Format format : Format.values()) {
      if (head.containsAll(format.columns())) {
        return new RequestColumns(format, false, head);
      }
    }
    List<String> known = new ArrayList<>();
    for (Format format : Format.values()) {
      known.add(String.join(", ", format.columns()));
    }
    throw Failure.wrongInput(
        "%s:%d: these are no columns of requests; known are: %s%s"
            .formatted(file, number, String.join("; ", known), meant(head)));
  }

  /** Which column of the format that lacks fewest may be meant by another name. */
  private static String meant(List<String> head) {
    List<String> lacking = lacking(head, Format.values()[0]);
    for (Format format : Format.values()) {
      List<String> other = lacking(head, format);
      lacking = other.size() < lacking.size() ? other : lacking;
    }
    for (String column : lacking) {
      Optional<String> near = Spelling.nearest(column, head);
      if (near.isPresent()) {
        return "; is `%s` meant as `%s`?".formatted(near.get(), column);
      }
    }
    return "";
  }

  private static List<String> lacking(List<String> head, Format format) {
    return format.columns().stream().filter(column -> !head.contains(column)).toList();
  }

  Format format() {
    return format;
  }

  /** Whether the first line is no request. */
  boolean isHead() {
    return !isJson;
  }

  /** Reads a request. */
  void read(String line, int number, RequestRows rows) {
    if (isJson) {
      json(line, number, rows);
      return;
    }
    List<String> cells = cells(line);
    if (cells.size() != head.size()) {
      throw rows.wrong(
          number, "%d cells, where the head names %d columns".formatted(cells.size(), head.size()));
    }
    int before = rows.size();
    rows.add(
        number,
        arrival(cell(cells, format.arrival), number, rows),
        tokens(cells, format.input, number, rows),
        tokens(cells, format.output, number, rows));
    if (head.contains("first_token_s") && head.contains("last_token_s")) {
      rows.measured(
          before,
          number(cell(cells, "first_token_s"), "first_token_s", number, rows),
          number(cell(cells, "last_token_s"), "last_token_s", number, rows));
    }
    if (format == Format.MOONCAKE && head.contains("hash_ids")) {
      for (String id :
          cell(cells, "hash_ids").replaceAll("[\\[\\],;]", " ").strip().split("\\s+", -1)) {
        if (!id.isEmpty()) {
          rows.block(before, whole(id, "hash_ids", number, rows), MOONCAKE_BLOCK);
        }
      }
    }
  }

  private String cell(List<String> cells, String column) {
    return cells.get(head.indexOf(column));
  }

  private double arrival(String text, int line, RequestRows rows) {
    if (format != Format.AZURE) {
      double value = number(text, format.arrival, line, rows);
      return format == Format.MOONCAKE ? value / MILLIS : value;
    }
    try {
      String iso = text.replaceFirst(" ", "T");
      boolean hasZone = iso.matches(".*(Z|[+-]\\d\\d:\\d\\d)");
      Instant at =
          hasZone
              ? OffsetDateTime.parse(iso).toInstant()
              : LocalDateTime.parse(iso).toInstant(ZoneOffset.UTC);
      if (epoch == Long.MIN_VALUE) {
        epoch = at.getEpochSecond();
      }
      return at.getEpochSecond() - epoch + at.getNano() / 1e9;
    } catch (DateTimeException e) {
      throw rows.wrong(line, "`%s` is no date such as 2023-11-16 18:17:03.97".formatted(text));
    }
  }

  private long tokens(List<String> cells, String column, int line, RequestRows rows) {
    return whole(cell(cells, column), column, line, rows);
  }

  private static long whole(String text, String column, int line, RequestRows rows) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw rows.wrong(line, "column `%s`: `%s` is no whole number".formatted(column, text));
    }
  }

  private static double number(String text, String column, int line, RequestRows rows) {
    try {
      double value = Double.parseDouble(text);
      if (Double.isFinite(value)) {
        return value;
      }
    } catch (NumberFormatException e) {
      // As below.
    }
    throw rows.wrong(line, "column `%s`: `%s` is no number".formatted(column, text));
  }

  private static void json(String line, int number, RequestRows rows) {
    double arrival = Double.NaN;
    long input = -1;
    long output = -1;
    List<Long> blocks = new ArrayList<>();
    try (JsonParser parser = JSON.createParser(line)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw rows.wrong(number, "is no JSON object");
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        JsonToken value = parser.nextToken();
        if (name.equals("hash_ids") && value == JsonToken.START_ARRAY) {
          while (parser.nextToken() != JsonToken.END_ARRAY) {
            blocks.add(parser.getLongValue());
          }
        } else if (name.equals(Format.MOONCAKE.arrival)) {
          arrival = parser.getDoubleValue() / MILLIS;
        } else if (name.equals(Format.MOONCAKE.input)) {
          input = parser.getLongValue();
        } else if (name.equals(Format.MOONCAKE.output)) {
          output = parser.getLongValue();
        } else {
          parser.skipChildren();
        }
      }
    } catch (IOException e) {
      throw rows.wrong(number, "is no request as Mooncake's traces have them");
    }
    if (Double.isNaN(arrival) || input < 0 || output < 0) {
      throw rows.wrong(
          number,
          "a request has `%s`, `%s` and `%s`"
              .formatted(Format.MOONCAKE.arrival, Format.MOONCAKE.input, Format.MOONCAKE.output));
    }
    int before = rows.size();
    rows.add(number, arrival, input, output);
    blocks.forEach(block -> rows.block(before, block, MOONCAKE_BLOCK));
  }

  /** Cells of a line; those in quotes may have commas. */
  private static List<String> cells(String line) {
    List<String> cells = new ArrayList<>();
    StringBuilder cell = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == '"') {
        quoted = !quoted;
      } else if (c == ',' && !quoted) {
        cells.add(cell.toString().strip());
        cell.setLength(0);
      } else {
        cell.append(c);
      }
    }
    cells.add(cell.toString().strip());
    return cells;
  }
}
