package io.heddle.cli.measure;

import io.heddle.runtime.cost.KernelTimes;
import io.heddle.runtime.cost.TransferTimes;
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
   * @param table what was measured: such as {@code gemm} or {@code nccl}
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
    return of(
        table,
        rows.stream()
            .map(
                row ->
                    new Scored(row.format(), row.classes(), row.error(times.apply(row.format()))))
            .toList());
  }

  /**
   * The errors of a table of transfers.
   *
   * @param times of the network; it has figures of all of them
   */
  public static List<Line> ofTransfers(String table, List<TransferRow> rows, TransferTimes times) {
    return of(
        table,
        rows.stream()
            .map(
                row ->
                    new Scored(
                        row.format(), row.classes(), row.nanos(times) / row.measuredNanos() - 1))
            .toList());
  }

  private record Scored(String format, List<String> classes, double error) {}

  private static List<Line> of(String table, List<Scored> rows) {
    Map<List<String>, List<Double>> errors = new LinkedHashMap<>();
    Map<List<String>, List<Double>> together = new LinkedHashMap<>();
    for (Scored row : rows) {
      for (String sizeClass : row.classes()) {
        errors
            .computeIfAbsent(List.of(row.format(), sizeClass), key -> new ArrayList<>())
            .add(row.error());
        together
            .computeIfAbsent(List.of("all", sizeClass), key -> new ArrayList<>())
            .add(row.error());
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
