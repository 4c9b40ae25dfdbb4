package io.heddle.cli.sweep;

import com.fasterxml.jackson.core.JsonGenerator;
import io.heddle.cli.output.Json;
import io.heddle.cli.output.Quantities;
import io.heddle.cli.output.Table;
import io.heddle.cli.sweep.PointResult.Figures;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** What the points of a sweep came to. */
public final class SweepOutput {
  private static final double TERA = 1e12;

  private SweepOutput() {}

  /**
   * For people: the best of the points that fit into memory, then of those that do not, and why
   * points were dropped.
   *
   * @param title such as {@code sweep Shapes}
   */
  public static String text(String title, SweepSummary summary) {
    StringBuilder text = new StringBuilder();
    long fit = summary.fit();
    text.append(
        "%s: %s, %s kept, %s into memory\n"
            .formatted(
                title,
                counted(summary.points(), "point"),
                Quantities.count(summary.kept()),
                fit == 1 ? "1 fits" : Quantities.count(fit) + " fit"));
    List<PointResult> best = summary.best();
    if (!best.isEmpty()) {
      text.append('\n').append(table(best));
    }
    if (best.size() < summary.kept()) {
      text.append(
          "%s and %s more: --best N shows N of them\n"
              .formatted(best.isEmpty() ? "" : "…", Quantities.count(summary.kept() - best.size()))
              .stripLeading());
    }
    if (summary.kept() < summary.points()) {
      text.append('\n').append(dropped(summary));
    }
    return text.toString();
  }

  private static String memory(PointResult.Memory memory) {
    if (memory.peak().isEmpty()) {
      return "?";
    }
    String peak = "%,.1f GB".formatted(memory.peak().getAsLong() / 1e9);
    return memory.fits() ? peak : peak + ", too much";
  }

  private static String table(List<PointResult> kept) {
    // Points of two sweeps of one plan may have other names.
    Set<String> names = new LinkedHashSet<>();
    kept.forEach(point -> names.addAll(point.values().keySet()));
    Table table = new Table();
    List<String> head = new ArrayList<>(names);
    head.addAll(
        List.of(
            "iteration",
            "tokens/s",
            "tokens/s/GPU",
            "TFLOP/s/GPU",
            "MFU",
            "bubble",
            "compute",
            "exposed comm.",
            "memory"));
    table.row(head);
    for (PointResult result : kept) {
      Figures figures = result.figures().orElseThrow();
      List<String> row = new ArrayList<>();
      names.forEach(name -> row.add(value(result.values().getOrDefault(name, "-"))));
      row.add(Quantities.time((double) figures.iterationNanos()));
      row.add("%,.0f".formatted(figures.tokensPerSecond()));
      row.add(Quantities.rate(figures.tokensPerSecondPerDevice()));
      row.add(Quantities.rate(figures.modelFlopsPerDevice() / TERA));
      row.add(Quantities.percent(figures.mfu()));
      row.add(Quantities.percent(figures.bubble()));
      row.add(Quantities.time(figures.compute(), (double) figures.iterationNanos()));
      row.add(Quantities.time(figures.exposedCommunication(), (double) figures.iterationNanos()));
      row.add(memory(figures.memory()));
      table.row(row);
    }
    return table.text();
  }

  private static String dropped(SweepSummary summary) {
    StringBuilder text = new StringBuilder("dropped:\n");
    for (SweepSummary.Reason reason : summary.reasons()) {
      text.append("  %s: %s\n".formatted(counted(reason.count(), "point"), reason.text()));
      text.append("    %s%s\n".formatted(values(reason.first()), reason.count() > 1 ? ", …" : ""));
    }
    return text.toString();
  }

  private static String values(PointResult result) {
    return String.join(
        ", ",
        result.values().entrySet().stream()
            .map(chosen -> chosen.getKey() + " = " + value(chosen.getValue()))
            .toList());
  }

  /** A line that is left out is written so in sweeps. */
  private static String value(String text) {
    return text.isEmpty() ? "()" : text;
  }

  /** Such as {@code 1 point}. */
  public static String counted(long count, String what) {
    return Quantities.count(count) + " " + what + (count == 1 ? "" : "s");
  }

  /** A point as JSON on one line, without a line break. */
  public static String line(PointResult point) {
    return PointForm.line(point);
  }

  /**
   * For people: how many points there are, and why numbers alone rule others out.
   *
   * @param left points that they do not rule out
   */
  public static String textOfCount(String title, long left, SweepSummary summary) {
    String text =
        "%s: %s, %s ruled out by numbers alone, %s left\n"
            .formatted(
                title,
                counted(left + summary.excluded(), "point"),
                Quantities.count(summary.excluded()),
                Quantities.count(left));
    return summary.excluded() == 0 ? text : text + "\n" + dropped(summary);
  }

  /** The same as JSON. */
  public static void printCount(
      PrintWriter out, String sweep, long size, long left, SweepSummary summary) {
    Json.print(
        out,
        json -> {
          json.writeStartObject();
          json.writeStringField("sweep", sweep);
          json.writeNumberField("size", size);
          json.writeNumberField("left", left);
          writeExcluded(json, summary);
          json.writeEndObject();
        });
  }

  /**
   * As JSON: every point that numbers alone do not rule out.
   *
   * @param summary of the points, to which they are added
   * @param all tells of each of them
   */
  public static void print(
      PrintWriter out,
      String sweep,
      long size,
      SweepSummary summary,
      Consumer<Consumer<PointResult>> all) {
    Json.print(
        out,
        json -> {
          json.writeStartObject();
          json.writeStringField("sweep", sweep);
          json.writeNumberField("size", size);
          writePoints(
              json,
              points ->
                  all.accept(
                      point -> {
                        summary.add(point);
                        points.accept(point);
                      }));
          writeExcluded(json, summary);
          json.writeEndObject();
        });
  }

  /** As JSON: results of a plan. */
  public static void print(PrintWriter out, String plan, Consumer<Consumer<PointResult>> all) {
    Json.print(
        out,
        json -> {
          json.writeStartObject();
          json.writeStringField("plan", plan);
          writePoints(json, all);
          json.writeEndObject();
        });
  }

  private static void writePoints(JsonGenerator json, Consumer<Consumer<PointResult>> all)
      throws IOException {
    json.writeArrayFieldStart("points");
    all.accept(
        point -> {
          try {
            PointForm.write(json, point);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
    json.writeEndArray();
  }

  private static void writeExcluded(JsonGenerator json, SweepSummary summary) throws IOException {
    json.writeArrayFieldStart("excluded");
    for (SweepSummary.Reason reason : summary.exclusions()) {
      json.writeStartObject();
      json.writeStringField("reason", reason.text());
      json.writeNumberField("points", reason.count());
      json.writeNumberField("first", reason.first().number());
      json.writeEndObject();
    }
    json.writeEndArray();
  }
}
