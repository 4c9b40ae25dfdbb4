package io.heddle.cli.sweep;

import io.heddle.cli.output.Csv;
import java.util.List;

/** Points as rows of comma-separated values: times in ns, memory in bytes. */
public final class PointCsv {
  private PointCsv() {}

  /** The row of names. */
  public static String head(List<TableColumn> columns) {
    return Csv.row(columns.stream().map(TableColumn::name).toList());
  }

  /** The row of a point; what it has not is empty. */
  public static String row(List<TableColumn> columns, PointResult point) {
    return Csv.row(columns.stream().map(column -> column.text().apply(point)).toList());
  }
}
