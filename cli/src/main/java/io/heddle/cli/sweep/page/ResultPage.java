package io.heddle.cli.sweep.page;

import com.fasterxml.jackson.core.JsonGenerator;
import io.heddle.cli.html.Html;
import io.heddle.cli.html.PageFrame;
import io.heddle.cli.output.Quantities;
import io.heddle.cli.sweep.PointColumn;
import io.heddle.cli.sweep.PointResult;
import io.heddle.cli.sweep.PointResult.Figures;
import io.heddle.cli.sweep.SweepSummary;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Results as one page: which points are on the front of time and memory, what each line of the
 * sweep costs, how the best plan scales, a table of all points, and each point by itself. All
 * points are data in the page; who runs no scripts sees the best of them.
 */
public final class ResultPage {
  /** More are not put into one page: take a part of them. */
  public static final int MOST_POINTS = 500_000;

  private static final int BEST = 20;
  private static final String NUMBER = "point";
  private static final String REASON = "reason";

  private final String title;
  private final Map<String, String> facts;
  private final String file;
  private final boolean isNamed;
  private final String version;
  private final SweepSummary summary =
      new SweepSummary(
          BEST, java.util.Comparator.comparing(Figures::iterationNanos, Long::compareUnsigned));
  private final PageColumn number = new NumberColumn(NUMBER);
  private final PageColumn reason = new TextColumn(REASON);
  private final Map<String, PageColumn> values = new LinkedHashMap<>();
  private final Map<String, PageColumn> figures = new LinkedHashMap<>();
  private int size;

  /**
   * A page without points.
   *
   * @param facts that the results have in common
   * @param file of the plan, as commands of the page name it; empty if it is not known
   * @param version of Heddle
   */
  public ResultPage(Map<String, String> facts, String file, String version) {
    this.title = "Results of plan " + facts.getOrDefault("plan", "?");
    this.facts = facts;
    this.isNamed = !file.isEmpty();
    this.file = isNamed ? file : "FILE.tfm";
    this.version = version;
    for (PointColumn column : PointColumn.ALL) {
      figures.put(column.name(), pageColumn(column));
    }
  }

  private static PageColumn pageColumn(PointColumn column) {
    return switch (column.kind()) {
      case TEXT, TRUTH -> new TextColumn(column.name());
      case WHOLE, REAL -> new NumberColumn(column.name());
    };
  }

  /** Adds a point. */
  public void add(PointResult point) {
    summary.add(point);
    number.set(size, String.valueOf(point.number()));
    reason.set(size, point.reason());
    point
        .values()
        .forEach((name, text) -> values.computeIfAbsent(name, TextColumn::new).set(size, text));
    PointColumn.ALL.forEach(column -> add(point, column));
    point
        .figures()
        .ifPresent(
            of ->
                of.exposedByAxes()
                    .keySet()
                    .forEach(axes -> add(point, PointColumn.exposedAlong(axes))));
    size++;
  }

  private void add(PointResult point, PointColumn column) {
    figures
        .computeIfAbsent(column.name(), unused -> pageColumn(column))
        .set(size, point.figures().flatMap(column.text()).orElse(""));
  }

  /** How many points it has. */
  public int size() {
    return size;
  }

  /** The page, in HTML. */
  public String html() {
    values.values().forEach(column -> column.skip(size));
    figures.values().forEach(column -> column.skip(size));
    String scripts =
        PageFrame.resource(ResultPage.class, "condition.js")
            + PageFrame.resource(ResultPage.class, "results.js");
    return new PageFrame(title, version, scripts).page(this::body, this::data);
  }

  private void body(Html html) {
    html.open("header").element("h1", title);
    facts.forEach(
        (name, value) -> {
          if (!value.isEmpty() && !name.equals("plan")) {
            html.element("p", name + ": " + value, "class", "quiet fact");
          }
        });
    html.open("dl", "class", "figures");
    html.figure("points", Quantities.count(summary.points()), "with results");
    html.figure("simulated", Quantities.count(summary.kept()), "of these");
    html.figure("fit into memory", Quantities.count(summary.fit()), "of these");
    summary.best().stream()
        .limit(1)
        .forEach(
            best -> {
              Figures of = best.figures().orElseThrow();
              html.figure("fastest", time(of), of.memory().fits() ? "that fits" : "does not fit");
              html.figure("its MFU", Quantities.percent(of.mfu()), "model FLOPs utilization");
            });
    html.close("dl").close("header");
    // The script puts what can be asked of the points in here.
    html.element("main", "", "id", "explorer");
    html.open("section", "id", "best").element("h2", "Best points");
    html.element(
        "p", "The fastest of the points that fit into memory, then of those that do not.",
        "class", "quiet");
    best(html);
    html.close("section");
    if (summary.kept() < summary.points()) {
      html.open("section", "id", "dropped").element("h2", "Dropped points");
      html.element("p", "Points without figures, by the reason.", "class", "quiet");
      html.table(
          "text",
          List.of("reason", "points", "first"),
          summary.reasons().stream()
              .map(
                  dropped ->
                      List.of(
                          dropped.text(),
                          Quantities.count(dropped.count()),
                          dropped.first().values().toString()))
              .toList());
      html.close("section");
    }
  }

  private static String time(Figures figures) {
    return Quantities.time((double) figures.iterationNanos());
  }

  private void best(Html html) {
    Set<String> names = new LinkedHashSet<>(values.keySet());
    List<String> head = new ArrayList<>(List.of(NUMBER));
    head.addAll(names);
    head.addAll(List.of("iteration", "tokens/s/GPU", "MFU", "memory"));
    List<List<String>> rows = new ArrayList<>();
    for (PointResult point : summary.best()) {
      Figures of = point.figures().orElseThrow();
      List<String> row = new ArrayList<>(List.of(String.valueOf(point.number())));
      names.forEach(name -> row.add(point.values().getOrDefault(name, "")));
      row.add(time(of));
      row.add(Quantities.rate(of.tokensPerSecondPerDevice()));
      row.add(Quantities.percent(of.mfu()));
      row.add(
          of.memory().peak().isPresent() ? Quantities.bytes(of.memory().peak().getAsLong()) : "?");
      rows.add(row);
    }
    html.table("numbers", head, rows);
  }

  private void data(JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeNumberField("size", size);
    json.writeArrayFieldStart("command");
    for (String word : RunWords.of(file, facts)) {
      json.writeString(word);
    }
    json.writeEndArray();
    json.writeBooleanField("named", isNamed);
    json.writeArrayFieldStart("values");
    for (PageColumn column : values.values()) {
      write(json, column);
    }
    json.writeEndArray();
    json.writeArrayFieldStart("figures");
    for (PageColumn column : figures.values()) {
      write(json, column);
    }
    json.writeEndArray();
    json.writeFieldName(NUMBER);
    write(json, number);
    json.writeFieldName(REASON);
    write(json, reason);
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, PageColumn column) throws IOException {
    json.writeStartObject();
    json.writeStringField("name", column.name());
    column.write(json);
    json.writeEndObject();
  }
}
