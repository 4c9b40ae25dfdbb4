package io.heddle.cli.sweep;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * A column of a table of points.
 *
 * @param text of the cell of a point; empty where it has none
 */
public record TableColumn(String name, Kind kind, Function<PointResult, String> text) {
  private static final int LONGEST_NUMBER = 18;

  /** What cells are. */
  public enum Kind {
    TEXT,
    /** Of at most 63 bits. */
    WHOLE,
    REAL,
    TRUTH
  }

  /** Finds the columns of points, which may have values of other names each. */
  public static final class Finder {
    private final Map<String, Boolean> isWhole = new LinkedHashMap<>();
    private final Map<String, PointColumn> exposed = new TreeMap<>();

    /** Looks at a point. */
    public void look(PointResult point) {
      point
          .values()
          .forEach((name, text) -> isWhole.merge(name, isWhole(text), Boolean::logicalAnd));
      point
          .figures()
          .ifPresent(
              figures ->
                  figures
                      .exposedByAxes()
                      .keySet()
                      .forEach(axes -> exposed.computeIfAbsent(axes, PointColumn::exposedAlong)));
    }

    private static boolean isWhole(String text) {
      return text.length() <= LONGEST_NUMBER && text.matches("-?\\d+");
    }

    /** The columns of all points that it has looked at. */
    public List<TableColumn> columns() {
      List<TableColumn> columns = new ArrayList<>();
      columns.add(new TableColumn("point", Kind.WHOLE, point -> String.valueOf(point.number())));
      columns.add(new TableColumn("key", Kind.TEXT, point -> point.key().toString()));
      isWhole.forEach(
          (name, whole) ->
              columns.add(
                  new TableColumn(
                      name,
                      whole ? Kind.WHOLE : Kind.TEXT,
                      point -> point.values().getOrDefault(name, ""))));
      columns.add(
          new TableColumn(
              "status", Kind.TEXT, point -> point.figures().isPresent() ? "ok" : "dropped"));
      columns.add(new TableColumn("reason", Kind.TEXT, PointResult::reason));
      PointColumn.ALL.forEach(column -> columns.add(of(column)));
      exposed.values().forEach(column -> columns.add(of(column)));
      return columns;
    }

    private static TableColumn of(PointColumn column) {
      return new TableColumn(
          column.name(), column.kind(), point -> point.figures().flatMap(column.text()).orElse(""));
    }
  }
}
