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

  /** As JSON: every point, as it comes. */
  public static void print(PrintWriter out, String sweep, Consumer<Consumer<PointResult>> points) {
    Json.print(
        out,
        json -> {
          json.writeStartObject();
          json.writeStringField("sweep", sweep);
          write(json, points);
          json.writeEndObject();
        });
  }

  /** Writes the field {@code points}. */
  static void write(JsonGenerator json, Consumer<Consumer<PointResult>> points) throws IOException {
    json.writeArrayFieldStart("points");
    points.accept(
        point -> {
          try {
            PointForm.write(json, point);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
    json.writeEndArray();
  }
}
