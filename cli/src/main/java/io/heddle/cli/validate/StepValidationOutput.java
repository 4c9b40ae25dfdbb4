package io.heddle.cli.validate;

import com.fasterxml.jackson.core.JsonGenerator;
import io.heddle.cli.measure.ErrorSummary;
import io.heddle.cli.output.Json;
import io.heddle.cli.output.MemoryJson;
import io.heddle.cli.output.Table;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;

/** Steps beside published ones, as a table, as JSON and as CSV. */
public final class StepValidationOutput {
  private StepValidationOutput() {}

  /** The errors of each class, in percent. */
  public static String text(String named, List<StepErrors> lines) {
    Table table =
        Table.firstToTheLeft()
            .row(
                List.of(
                    named,
                    "rows",
                    "predicted",
                    "mean",
                    "families",
                    "median",
                    "p90",
                    "worst",
                    "bias",
                    "rank",
                    "regret"));
    for (StepErrors line : lines) {
      ErrorSummary errors =
          line.errors()
              .orElse(
                  new ErrorSummary(0, Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN));
      table.row(
          List.of(
              line.name(),
              String.format(Locale.ROOT, "%,d", line.rows()),
              String.format(Locale.ROOT, "%,d", errors.rows()),
              percent("%.1f %%", errors.mean()),
              percent("%.1f %%", line.familyMean()),
              percent("%.1f %%", errors.median()),
              percent("%.1f %%", errors.ninetieth()),
              percent("%.1f %%", errors.worst()),
              percent("%+.1f %%", errors.bias()),
              line.rank().isPresent()
                  ? String.format(Locale.ROOT, "%.2f", line.rank().getAsDouble())
                  : "-",
              percent("%.1f %%", line.regret().orElse(Double.NaN))));
    }
    return table.text();
  }

  /** How many rows are not predicted, and of those that count why. */
  public static String notPredicted(List<StepPrediction> rows) {
    Map<String, List<String>> reasons = new TreeMap<>();
    long excluded = 0;
    for (StepPrediction row : rows) {
      if (!row.isScored()) {
        excluded++;
      } else if (row.measuredSeconds().isPresent() && row.predictedSeconds().isEmpty()) {
        reasons.computeIfAbsent(row.reason(), reason -> new ArrayList<>()).add(row.id());
      }
    }
    StringBuilder text = new StringBuilder();
    reasons.forEach(
        (reason, ids) ->
            text.append("not predicted: %s: %s\n".formatted(reason, String.join(", ", ids))));
    if (excluded > 0) {
      text.append("%,d rows are excluded by the table\n".formatted(excluded));
    }
    return text.isEmpty() ? "" : "\n" + text;
  }

  private static String percent(String form, double share) {
    return Double.isNaN(share) ? "-" : String.format(Locale.ROOT, form, 100 * share);
  }

  /** All rows as comma-separated values; times in seconds, memory in GiB, errors as fractions. */
  public static String csv(List<StepPrediction> rows) {
    StringBuilder text =
        new StringBuilder(
            "row_id,class,family,measured_s,predicted_s,error,memory_measured_gib,"
                + "memory_predicted_gib,memory_error,assumed,reason\n");
    for (StepPrediction row : rows) {
      text.append(
          String.join(
              ",",
              cell(row.id()),
              cell(row.sizeClass()),
              cell(row.family()),
              number(row.measuredSeconds()),
              number(row.predictedSeconds()),
              number(row.error()),
              number(row.memoryGib()),
              number(row.predictedGib()),
              number(row.memoryError()),
              cell(String.join("; ", row.assumed())),
              cell(row.reason())));
      text.append('\n');
    }
    return text.toString();
  }

  private static String number(OptionalDouble value) {
    return value.isPresent() ? String.format(Locale.ROOT, "%.6g", value.getAsDouble()) : "";
  }

  private static String cell(String text) {
    boolean plain = text.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
    return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
  }

  /** Prints JSON: the errors of classes and families, and all rows. */
  public static void print(
      PrintWriter out,
      String mode,
      List<StepErrors> classes,
      List<StepErrors> families,
      List<StepPrediction> rows) {
    Json.print(
        out,
        json -> {
          json.writeStartObject();
          json.writeStringField("mode", mode);
          write(json, "classes", classes);
          write(json, "families", families);
          json.writeArrayFieldStart("rows");
          for (StepPrediction row : rows) {
            write(json, row);
          }
          json.writeEndArray();
          json.writeEndObject();
        });
  }

  private static void write(JsonGenerator json, String name, List<StepErrors> lines)
      throws IOException {
    json.writeArrayFieldStart(name);
    for (StepErrors line : lines) {
      json.writeStartObject();
      json.writeStringField("name", line.name());
      json.writeNumberField("rows", line.rows());
      json.writeNumberField("predicted", line.errors().map(ErrorSummary::rows).orElse(0));
      if (line.errors().isPresent()) {
        ErrorSummary errors = line.errors().get();
        Json.plain(json, "mean", errors.mean());
        Json.plain(json, "family_mean", line.familyMean());
        Json.plain(json, "median", errors.median());
        Json.plain(json, "p90", errors.ninetieth());
        Json.plain(json, "worst", errors.worst());
        Json.plain(json, "bias", errors.bias());
      }
      Json.plain(json, "rank_correlation", line.rank());
      Json.plain(json, "regret", line.regret());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void write(JsonGenerator json, StepPrediction row) throws IOException {
    json.writeStartObject();
    json.writeStringField("row_id", row.id());
    json.writeStringField("class", row.sizeClass());
    json.writeStringField("family", row.family());
    Json.plain(json, "measured_s", row.measuredSeconds());
    Json.plain(json, "predicted_s", row.predictedSeconds());
    Json.plain(json, "error", row.error());
    Json.plain(json, "memory_measured_gib", row.memoryGib());
    Json.plain(json, "memory_predicted_gib", row.predictedGib());
    Json.plain(json, "memory_error", row.memoryError());
    json.writeFieldName("memory");
    if (row.memory().isPresent()) {
      MemoryJson.write(json, row.memory().get());
    } else {
      json.writeNull();
    }
    json.writeBooleanField("scored", row.isScored());
    json.writeArrayFieldStart("assumed");
    for (String assumed : row.assumed()) {
      json.writeString(assumed);
    }
    json.writeEndArray();
    json.writeStringField("reason", row.reason());
    json.writeEndObject();
  }
}
