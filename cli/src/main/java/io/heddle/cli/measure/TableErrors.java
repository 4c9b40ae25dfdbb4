package io.heddle.cli.measure;

import io.heddle.runtime.cost.KernelTimes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The errors of a table by format and size class. */
public final class TableErrors {
  /**
   * The errors of one size class.
   *
   * @param table what was measured: {@code gemm} or {@code attention}
   */
  public record Line(String table, String format, String sizeClass, ErrorSummary errors) {}

  private TableErrors() {}

  /**
   * The errors of a table: lines for each format, then those of all formats together.
   *
   * @param times of a format; rows of formats without any are left out
   */
  public static List<Line> of(
      String table, List<MeasuredRow> rows, Function<String, KernelTimes> times) {
    Map<List<String>, List<Double>> errors = new LinkedHashMap<>();
    Map<List<String>, List<Double>> together = new LinkedHashMap<>();
    for (MeasuredRow row : rows) {
      double error = row.error(times.apply(row.format()));
      for (String sizeClass : row.classes()) {
        errors
            .computeIfAbsent(List.of(row.format(), sizeClass), key -> new ArrayList<>())
            .add(error);
        together.computeIfAbsent(List.of("all", sizeClass), key -> new ArrayList<>()).add(error);
      }
    }
    if (errors.size() > together.size()) {
      errors.putAll(together);
    }
    List<Line> lines = new ArrayList<>();
    errors.forEach(
        (key, all) -> lines.add(new Line(table, key.get(0), key.get(1), ErrorSummary.of(all))));
    return lines;
  }
}
