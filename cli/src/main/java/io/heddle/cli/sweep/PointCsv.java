package io.heddle.cli.sweep;

import io.heddle.cli.output.Csv;
import java.util.ArrayList;
import java.util.List;

/** Points as rows of comma-separated values: times in ns, memory in bytes. */
public final class PointCsv {
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
    PointColumn.ALL.forEach(column -> cells.add(column.name()));
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
    for (PointColumn column : PointColumn.ALL) {
      cells.add(point.figures().flatMap(column.text()).orElse(""));
    }
    return Csv.row(cells);
  }
}
