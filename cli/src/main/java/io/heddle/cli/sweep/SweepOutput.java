package io.heddle.cli.sweep;

import io.heddle.cli.output.Json;
import io.heddle.cli.output.Quantities;
import io.heddle.cli.output.Table;
import io.heddle.cli.sweep.PointResult.Figures;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the points of a sweep came to. */
public final class SweepOutput {
  private static final double TERA = 1e12;

  private SweepOutput() {}

  /**
   * For people: the fastest first of the points that fit into memory, then of those that do not,
   * and why points were dropped.
   */
  public static String text(String sweep, List<PointResult> results) {
    List<PointResult> kept = kept(results);
    StringBuilder text = new StringBuilder();
    long fit = kept.stream().filter(SweepOutput::fits).count();
    text.append(
        "sweep %s: %s, %s kept, %s into memory\n"
            .formatted(
                sweep,
                counted(results.size(), "point"),
                Quantities.count(kept.size()),
                fit == 1 ? "1 fits" : Quantities.count(fit) + " fit"));
    if (!kept.isEmpty()) {
      text.append('\n').append(table(kept));
    }
    if (kept.size() < results.size()) {
      text.append('\n').append(dropped(results));
    }
    return text.toString();
  }

  private static List<PointResult> kept(List<PointResult> results) {
    return results.stream()
        .filter(result -> result.figures().isPresent())
        .sorted(
            Comparator.comparing((PointResult r) -> !fits(r))
                .thenComparingLong(r -> r.figures().get().iterationNanos())
                .thenComparing(PointResult::number))
        .toList();
  }

  private static boolean fits(PointResult kept) {
    return kept.figures().get().memory().fits();
  }

  private static String memory(PointResult.Memory memory) {
    if (memory.peak().isEmpty()) {
      return "?";
    }
    String peak = "%,.1f GB".formatted(memory.peak().getAsLong() / 1e9);
    return memory.fits() ? peak : peak + ", too much";
  }

  private static String table(List<PointResult> kept) {
    Table table = new Table();
    List<String> head = new ArrayList<>(kept.get(0).values().keySet());
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
      Figures figures = result.figures().get();
      List<String> row = new ArrayList<>(result.values().values());
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

  private static String dropped(List<PointResult> results) {
    Map<String, List<PointResult>> byReason = new LinkedHashMap<>();
    for (PointResult result : results) {
      if (result.figures().isEmpty()) {
        byReason.computeIfAbsent(result.reason(), unused -> new ArrayList<>()).add(result);
      }
    }
    StringBuilder text = new StringBuilder("dropped:\n");
    byReason.forEach(
        (reason, points) -> {
          text.append("  %s: %s\n".formatted(counted(points.size(), "point"), reason));
          text.append(
              "    %s%s\n".formatted(values(points.get(0)), points.size() > 1 ? ", …" : ""));
        });
    return text.toString();
  }

  private static String values(PointResult result) {
    return String.join(
        ", ",
        result.values().entrySet().stream()
            .map(value -> value.getKey() + " = " + value.getValue())
            .toList());
  }

  private static String counted(long count, String what) {
    return Quantities.count(count) + " " + what + (count == 1 ? "" : "s");
  }

  /** For programs: all points in their order. */
  public static void print(PrintWriter out, String sweep, List<PointResult> results) {
    Json.print(
        out,
        json -> {
          json.writeStartObject();
          json.writeStringField("sweep", sweep);
          json.writeArrayFieldStart("points");
          for (PointResult result : results) {
            json.writeStartObject();
            json.writeNumberField("point", result.number());
            json.writeObjectFieldStart("values");
            for (Map.Entry<String, String> value : result.values().entrySet()) {
              json.writeStringField(value.getKey(), value.getValue());
            }
            json.writeEndObject();
            json.writeStringField("status", result.figures().isPresent() ? "ok" : "dropped");
            if (result.figures().isPresent()) {
              Figures figures = result.figures().get();
              Json.unsigned(json, "iteration_time_ns", figures.iterationNanos());
              Json.plain(json, "tokens_per_second", figures.tokensPerSecond());
              Json.plain(json, "tokens_per_second_per_device", figures.tokensPerSecondPerDevice());
              Json.plain(json, "model_flops_per_second_per_device", figures.modelFlopsPerDevice());
              Json.plain(json, "mfu", figures.mfu());
              Json.plain(json, "hfu", figures.hfu());
              Json.plain(json, "bubble", figures.bubble());
              Json.plain(json, "compute_ns", figures.compute());
              Json.plain(json, "exposed_communication_ns", figures.exposedCommunication());
              if (figures.memory().peak().isPresent()) {
                json.writeNumberField("memory_peak_bytes", figures.memory().peak().getAsLong());
              }
              json.writeNumberField("memory_bytes", figures.memory().capacity());
              json.writeBooleanField("fits", figures.memory().fits());
            } else {
              json.writeStringField("reason", result.reason());
            }
            json.writeEndObject();
          }
          json.writeEndArray();
          json.writeEndObject();
        });
  }
}
