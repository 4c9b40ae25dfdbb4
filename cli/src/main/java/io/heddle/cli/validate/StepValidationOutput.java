package io.heddle.cli.validate;

import com.fasterxml.jackson.core.JsonGenerator;
import io.heddle.cli.measure.ErrorSummary;
import io.heddle.cli.output.Csv;
import io.heddle.cli.output.Json;
import io.heddle.cli.output.MemoryJson;
import io.heddle.cli.output.Table;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;

/** Steps beside published ones, as a table, as JSON and as CSV. */
public final class StepValidationOutput {
  private StepValidationOutput() {}

  /** The errors of each class, in percent, below a row of names. */
  static List<List<String>> table(String named, List<StepErrors> lines) {
    List<List<String>> table = new ArrayList<>();
    table.add(
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
      List<String> row = new ArrayList<>(List.of(line.name()));
      row.addAll(errors(line.rows(), line.errors(), line.familyMean()));
      row.add(
          line.rank().isPresent()
              ? String.format(Locale.ROOT, "%.2f", line.rank().getAsDouble())
              : "-");
      row.add(percent("%.1f %%", line.regret().orElse(Double.NaN)));
      table.add(row);
    }
    return table;
  }

  /** The errors of predicted memory, in percent, below a row of names. */
  static List<List<String>> memoryTable(List<MemoryErrors> lines) {
    List<List<String>> table = new ArrayList<>();
    table.add(
        List.of(
            "memory", "rows", "predicted", "mean", "families", "median", "p90", "worst", "bias"));
    for (MemoryErrors line : lines) {
      List<String> row = new ArrayList<>(List.of(line.kind()));
      row.addAll(errors(line.rows(), line.errors(), line.familyMean()));
      table.add(row);
    }
    return table;
  }

  private static List<String> errors(int rows, Optional<ErrorSummary> summary, double familyMean) {
    ErrorSummary errors =
        summary.orElse(
            new ErrorSummary(0, Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN));
    return List.of(
        String.format(Locale.ROOT, "%,d", rows),
        String.format(Locale.ROOT, "%,d", errors.rows()),
        percent("%.1f %%", errors.mean()),
        percent("%.1f %%", familyMean),
        percent("%.1f %%", errors.median()),
        percent("%.1f %%", errors.ninetieth()),
        percent("%.1f %%", errors.worst()),
        percent("%+.1f %%", errors.bias()));
  }

  /** Which runs are predicted not to fit; empty where no row says. */
  static String alarms(MemoryAlarms alarms) {
    String found =
        alarms.failed() == 0
            ? ""
            : "out of memory: %,d of %,d found (%s)\n"
                .formatted(
                    alarms.found(), alarms.failed(), percent("%.1f %%", alarms.foundShare()));
    String wrong =
        alarms.ran() == 0
            ? ""
            : "said not to fit, and ran: %,d of %,d (%s)\n"
                .formatted(
                    alarms.falselyFound(), alarms.ran(), percent("%.1f %%", alarms.falseShare()));
    return found + wrong;
  }

  /** A table for people, its first column to the left. */
  static String text(List<List<String>> rows) {
    Table table = Table.firstToTheLeft();
    rows.forEach(table::row);
    return table.text();
  }

  /** What is printed: errors by class, of memory, and by family if asked for. */
  public static String text(List<StepPrediction> rows, boolean families) {
    StringBuilder text = new StringBuilder();
    List<StepErrors> byClass = StepErrors.byClass(rows);
    List<MemoryErrors> memory = MemoryErrors.by(rows);
    if (!byClass.isEmpty() || memory.isEmpty()) {
      text.append(text(table("class", byClass)));
    }
    if (!memory.isEmpty()) {
      text.append(text.isEmpty() ? "" : "\n").append(text(memoryTable(memory)));
    }
    text.append(alarms(MemoryAlarms.of(rows)));
    if (families) {
      text.append('\n').append(text(table("family", StepErrors.byFamily(rows))));
    }
    return text.append(notPredicted(rows)).toString();
  }

  /** How many rows are not predicted, and of those that count why. */
  static String notPredicted(List<StepPrediction> rows) {
    Map<String, Set<String>> reasons = new TreeMap<>();
    long excluded = 0;
    for (StepPrediction row : rows) {
      if (!row.isScored()) {
        excluded++;
      } else if (row.measuredSeconds().isPresent() && row.predictedSeconds().isEmpty()) {
        reasons.computeIfAbsent(row.reason(), reason -> new LinkedHashSet<>()).add(row.id());
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
              Csv.quoted(row.id()),
              Csv.quoted(row.sizeClass()),
              Csv.quoted(row.family()),
              number(row.measuredSeconds()),
              number(row.predictedSeconds()),
              number(row.error()),
              number(row.memoryGib()),
              number(row.predictedGib()),
              number(row.memoryError()),
              Csv.quoted(String.join("; ", row.assumed())),
              Csv.quoted(row.reason())));
      text.append('\n');
    }
    return text.toString();
  }

  private static String number(OptionalDouble value) {
    return value.isPresent() ? String.format(Locale.ROOT, "%.6g", value.getAsDouble()) : "";
  }

  /** Prints JSON: the errors of classes and families, and all rows. */
  public static void print(PrintWriter out, String mode, List<StepPrediction> rows) {
    Json.print(
        out,
        json -> {
          json.writeStartObject();
          json.writeStringField("mode", mode);
          write(json, "classes", StepErrors.byClass(rows));
          write(json, "families", StepErrors.byFamily(rows));
          write(json, MemoryErrors.by(rows), MemoryAlarms.of(rows));
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
      write(json, line.errors(), line.familyMean());
      Json.plain(json, "rank_correlation", line.rank());
      Json.plain(json, "regret", line.regret());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void write(JsonGenerator json, List<MemoryErrors> memory, MemoryAlarms alarms)
      throws IOException {
    json.writeArrayFieldStart("memory");
    for (MemoryErrors line : memory) {
      json.writeStartObject();
      json.writeStringField("name", line.kind());
      json.writeNumberField("rows", line.rows());
      write(json, line.errors(), line.familyMean());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeObjectFieldStart("out_of_memory");
    json.writeNumberField("failed", alarms.failed());
    json.writeNumberField("found", alarms.found());
    json.writeNumberField("ran", alarms.ran());
    json.writeNumberField("false", alarms.falselyFound());
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, Optional<ErrorSummary> summary, double familyMean)
      throws IOException {
    json.writeNumberField("predicted", summary.map(ErrorSummary::rows).orElse(0));
    if (summary.isPresent()) {
      ErrorSummary errors = summary.get();
      Json.plain(json, "mean", errors.mean());
      Json.plain(json, "family_mean", familyMean);
      Json.plain(json, "median", errors.median());
      Json.plain(json, "p90", errors.ninetieth());
      Json.plain(json, "worst", errors.worst());
      Json.plain(json, "bias", errors.bias());
    }
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
      MemoryJson.write(json, row.memory().get().most());
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
