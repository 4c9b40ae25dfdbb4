package io.heddle.cli.validate;

import com.fasterxml.jackson.core.JsonGenerator;
import io.heddle.cli.html.Html;
import io.heddle.cli.html.PageFrame;
import io.heddle.cli.output.Quantities;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Predictions beside published steps as one page: each row by what it measured and what is
 * predicted over it, the errors of classes and families, and all rows, the worst first.
 */
public final class ValidationPage {
  private static final double NANOS = 1e9;
  private static final double GIB = 1L << 30;
  private static final double NEAR = 0.1;

  private final String table;
  private final String mode;
  private final String version;
  private final List<StepPrediction> rows;

  /** By class, of rows that count: those whose times are predicted. */
  private final Map<String, List<StepPrediction>> timed;

  /** By what they measure, of rows that count: those whose memory is predicted. */
  private final Map<String, List<StepPrediction>> weighed;

  /**
   * A page.
   *
   * @param table name of the file with the rows
   * @param mode how times were found
   * @param version of Heddle
   */
  public ValidationPage(String table, String mode, String version, List<StepPrediction> rows) {
    this.table = table;
    this.mode = mode;
    this.version = version;
    this.rows = List.copyOf(rows);
    this.timed = grouped(StepPrediction::sizeClass, StepPrediction::error);
    this.weighed = grouped(StepPrediction::memoryKind, StepPrediction::memoryError);
  }

  private Map<String, List<StepPrediction>> grouped(
      Function<StepPrediction, String> group, Function<StepPrediction, OptionalDouble> error) {
    return rows.stream()
        .filter(row -> row.isScored() && error.apply(row).isPresent())
        .collect(Collectors.groupingBy(group, TreeMap::new, Collectors.toList()));
  }

  /** The page, in HTML. */
  public String html() {
    return new PageFrame(
            title(), version, PageFrame.resource(ValidationPage.class, "validation.js"))
        .page(this::body, this::data);
  }

  private String title() {
    return "Predicted and measured: " + table;
  }

  private void body(Html html) {
    html.open("header").element("h1", title());
    html.element("p", "Times are found by mode " + mode + ".", "class", "quiet");
    html.open("dl", "class", "figures");
    long counted = rows.stream().filter(StepPrediction::isScored).count();
    List<Double> errors =
        timed.values().stream()
            .flatMap(List::stream)
            .map(row -> Math.abs(row.error().getAsDouble()))
            .sorted()
            .toList();
    html.figure(
        "rows", Quantities.count(rows.size()), Quantities.count(counted) + " of them count");
    html.figure("predicted times", Quantities.count(errors.size()), "of rows that count");
    if (!errors.isEmpty()) {
      html.figure("median error", Quantities.percent(errors.get(errors.size() / 2)), "of times");
      double near = errors.stream().filter(error -> error <= NEAR).count();
      html.figure("within 10 %", Quantities.percent(near / errors.size()), "of predicted times");
    }
    html.close("dl").close("header");
    if (!timed.isEmpty()) {
      figure(
          html,
          "time",
          "Time of a step",
          "Each row by its measured time, and what is predicted over it: above 1 the prediction is"
              + " too slow, below too fast. The lines are at 1 and 10 % off.",
          StepValidationOutput.table("class", StepErrors.byClass(rows)));
    }
    if (!weighed.isEmpty()) {
      figure(
          html,
          "memory",
          "Memory of a rank",
          "The same of memory, by what a row measures.",
          StepValidationOutput.memoryTable(MemoryErrors.by(rows)));
    }
    lines(html, "Out of memory", StepValidationOutput.alarms(MemoryAlarms.of(rows)));
    if (!timed.isEmpty()) {
      section(html, "Classes and families");
      table(html, "numbers", StepValidationOutput.table("family", StepErrors.byFamily(rows)));
      html.close("section");
    }
    lines(html, "Not predicted", StepValidationOutput.notPredicted(rows));
    all(html);
  }

  private static void section(Html html, String title) {
    html.open("section").element("h2", title);
  }

  private static void figure(
      Html html, String id, String title, String caption, List<List<String>> errors) {
    section(html, title);
    html.element("p", caption, "class", "quiet");
    html.element(
        "div",
        "",
        "class",
        "chart",
        "id",
        id,
        "role",
        "img",
        "aria-label",
        title + ", drawn; all rows are in the last table of the page");
    table(html, "numbers", errors);
    html.close("section");
  }

  private static void table(Html html, String kind, List<List<String>> table) {
    html.table(kind, table.get(0), table.subList(1, table.size()));
  }

  private static void lines(Html html, String title, String text) {
    List<String> lines = text.lines().filter(line -> !line.isEmpty()).toList();
    if (!lines.isEmpty()) {
      section(html, title);
      html.open("ul");
      lines.forEach(line -> html.element("li", line));
      html.close("ul").close("section");
    }
  }

  private void all(Html html) {
    section(html, "All rows");
    html.element("p", "The largest error of a time first.", "class", "quiet");
    html.open("details").element("summary", "As a table");
    html.table(
        "numbers",
        List.of(
            "row",
            "class",
            "family",
            "measured",
            "predicted",
            "error",
            "GiB measured",
            "GiB predicted",
            "error",
            "assumed, or why not"),
        rows.stream()
            .sorted(Comparator.comparingDouble(ValidationPage::order))
            .map(this::row)
            .toList());
    html.close("details").close("section");
  }

  private static double order(StepPrediction row) {
    return row.error().isPresent() ? -Math.abs(row.error().getAsDouble()) : 1;
  }

  private List<String> row(StepPrediction row) {
    return List.of(
        row.id(),
        row.sizeClass(),
        row.family(),
        time(row.measuredSeconds()),
        time(row.predictedSeconds()),
        error(row.error()),
        gib(row.memoryGib()),
        gib(row.predictedGib()),
        error(row.memoryError()),
        row.reason().isEmpty() ? String.join("; ", row.assumed()) : row.reason());
  }

  private static String time(OptionalDouble seconds) {
    return seconds.isPresent() ? Quantities.time(seconds.getAsDouble() * NANOS) : "";
  }

  private static String gib(OptionalDouble gib) {
    return gib.isPresent() ? String.format(Locale.ROOT, "%.1f", gib.getAsDouble()) : "";
  }

  private static String error(OptionalDouble error) {
    return error.isPresent()
        ? String.format(Locale.ROOT, "%+.1f %%", 100 * error.getAsDouble())
        : "";
  }

  private void data(JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeArrayFieldStart("axes");
    for (String name : timed.keySet()) {
      json.writeString(name);
    }
    for (String name : weighed.keySet()) {
      json.writeString(name);
    }
    json.writeEndArray();
    json.writeArrayFieldStart("figures");
    write(json, "time", "ns", NANOS, timed, StepPrediction::measuredSeconds, StepPrediction::error);
    write(
        json, "memory", "B", GIB, weighed, StepPrediction::memoryGib, StepPrediction::memoryError);
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void write(
      JsonGenerator json,
      String id,
      String unit,
      double scale,
      Map<String, List<StepPrediction>> groups,
      Function<StepPrediction, OptionalDouble> measured,
      Function<StepPrediction, OptionalDouble> error)
      throws IOException {
    if (groups.isEmpty()) {
      return;
    }
    json.writeStartObject();
    json.writeStringField("id", id);
    json.writeStringField("unit", unit);
    json.writeArrayFieldStart("groups");
    for (Map.Entry<String, List<StepPrediction>> group : groups.entrySet()) {
      json.writeStartObject();
      json.writeStringField("name", group.getKey());
      json.writeArrayFieldStart("points");
      for (StepPrediction row : group.getValue()) {
        json.writeStartArray();
        json.writeNumber(scale * measured.apply(row).getAsDouble());
        json.writeNumber(1 + error.apply(row).getAsDouble());
        json.writeString(row.id());
        json.writeString(row.family());
        json.writeEndArray();
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }
}
