package io.heddle.cli.sweep;

import io.heddle.cli.output.Csv;
import io.heddle.cli.output.Json;
import io.heddle.cli.sweep.PointResult.Figures;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** Points as rows of comma-separated values: times in ns, memory in bytes. */
public final class PointCsv {
  private static final List<String> FIGURES =
      List.of(
          "ranks",
          "iteration_time_ns",
          "tokens_per_second",
          "tokens_per_second_per_device",
          "model_flops_per_second_per_device",
          "mfu",
          "hfu",
          "bubble",
          "compute_ns",
          "exposed_communication_ns",
          "memory_peak_bytes",
          "memory_bytes",
          "fits");

  private PointCsv() {}

  /**
   * The row of names.
   *
   * @param names of values that points may have
   */
  public static String head(List<String> names) {
    List<String> cells = new ArrayList<>(List.of("point", "key"));
    cells.addAll(names);
    cells.addAll(List.of("status", "reason"));
    cells.addAll(FIGURES);
    return Csv.row(cells);
  }

  /** The row of a point; what it has not is empty. */
  public static String row(List<String> names, PointResult point) {
    List<String> cells = new ArrayList<>();
    cells.add(String.valueOf(point.number()));
    cells.add(point.key().toString());
    names.forEach(name -> cells.add(point.values().getOrDefault(name, "")));
    cells.add(point.figures().isPresent() ? "ok" : "dropped");
    cells.add(point.reason());
    if (point.figures().isPresent()) {
      cells.addAll(figures(point.figures().get()));
    } else {
      FIGURES.forEach(unused -> cells.add(""));
    }
    return Csv.row(cells);
  }

  private static List<String> figures(Figures figures) {
    OptionalLong peak = figures.memory().peak();
    return List.of(
        String.valueOf(figures.ranks()),
        Long.toUnsignedString(figures.iterationNanos()),
        Json.plain(figures.tokensPerSecond()),
        Json.plain(figures.tokensPerSecondPerDevice()),
        Json.plain(figures.modelFlopsPerDevice()),
        Json.plain(figures.mfu()),
        Json.plain(figures.hfu()),
        Json.plain(figures.bubble()),
        Json.plain(figures.compute()),
        Json.plain(figures.exposedCommunication()),
        peak.isPresent() ? String.valueOf(peak.getAsLong()) : "",
        String.valueOf(figures.memory().capacity()),
        String.valueOf(figures.memory().fits()));
  }
}
