package io.heddle.processor.syntax.format;

import java.util.ArrayList;
import java.util.List;

/** Moves what neighbouring lines of one kind have in common into a column. */
final class Columns {
  /** A line whose column would begin further right is left as it is. */
  private static final int WIDEST = 40;

  private Columns() {}

  static void align(List<Line> lines) {
    List<Line> run = new ArrayList<>();
    for (Line line : lines) {
      if (line.blankBefore()) {
        close(run);
      }
      if (line.list() < 0) {
        continue;
      }
      boolean isLike =
          !run.isEmpty()
              && run.get(0).column() == line.column()
              && run.get(0).list() == line.list();
      if (!isLike) {
        close(run);
      }
      if (line.column() != null && line.cell() <= WIDEST && line.number() <= WIDEST) {
        run.add(line);
      } else {
        close(run);
      }
    }
    close(run);
  }

  private static void close(List<Line> run) {
    int column = run.stream().mapToInt(Line::cell).max().orElse(0);
    int number = run.stream().mapToInt(Line::number).max().orElse(0);
    for (Line line : run) {
      boolean isNumber = line.column() == Roles.Column.PEAK;
      line.pad(column - line.cell() + (isNumber ? number - line.number() : 0));
    }
    run.clear();
  }
}
