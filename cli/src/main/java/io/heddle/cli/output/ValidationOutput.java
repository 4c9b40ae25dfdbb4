package io.heddle.cli.output;

import com.fasterxml.jackson.core.JsonGenerator;
import io.heddle.cli.measure.ErrorSummary;
import io.heddle.cli.measure.TableErrors;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/** How far a device's figures are from measurements, as a table or as JSON. */
public final class ValidationOutput {
  private ValidationOutput() {}

  /** The errors of each table, format and size class, in percent. */
  public static String text(List<TableErrors.Line> lines) {
    if (lines.isEmpty()) {
      return "";
    }
    Table table =
        Table.firstToTheLeft()
            .row(
                List.of(
                    "table", "format", "class", "rows", "mean", "median", "p90", "worst", "bias"));
    for (TableErrors.Line line : lines) {
      ErrorSummary errors = line.errors();
      table.row(
          List.of(
              line.table(),
              line.format(),
              line.sizeClass(),
              String.format(Locale.ROOT, "%,d", errors.rows()),
              percent("%.1f %%", errors.mean()),
              percent("%.1f %%", errors.median()),
              percent("%.1f %%", errors.ninetieth()),
              percent("%.1f %%", errors.worst()),
              percent("%+.1f %%", errors.bias())));
    }
    return table.text();
  }

  private static String percent(String form, double share) {
    return String.format(Locale.ROOT, form, 100 * share);
  }

  /**
   * Prints JSON: errors as fractions.
   *
   * @param notScored what was left out, and why
   */
  public static void print(
      PrintWriter out, String device, List<TableErrors.Line> lines, List<String> notScored) {
    Json.print(
        out,
        json -> {
          json.writeStartObject();
          json.writeStringField("device", device);
          json.writeArrayFieldStart("errors");
          for (TableErrors.Line line : lines) {
            write(json, line);
          }
          json.writeEndArray();
          json.writeArrayFieldStart("not_scored");
          for (String what : notScored) {
            json.writeString(what);
          }
          json.writeEndArray();
          json.writeEndObject();
        });
  }

  private static void write(JsonGenerator json, TableErrors.Line line) throws IOException {
    ErrorSummary errors = line.errors();
    json.writeStartObject();
    json.writeStringField("table", line.table());
    json.writeStringField("format", line.format());
    json.writeStringField("class", line.sizeClass());
    json.writeNumberField("rows", errors.rows());
    Json.plain(json, "mean", errors.mean());
    Json.plain(json, "median", errors.median());
    Json.plain(json, "p90", errors.ninetieth());
    Json.plain(json, "worst", errors.worst());
    Json.plain(json, "bias", errors.bias());
    json.writeEndObject();
  }
}
