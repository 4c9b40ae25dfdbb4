package io.heddle.cli.validate;

import io.heddle.cli.measure.MeasurementFile;
import java.util.ArrayList;
import java.util.List;

/** Compiles the rows of a table of training steps. Safe for several threads. */
final class RowCompiler {
  private final RowMapping mapping;
  private final StatedShapes shapes;
  private final PlannedRowCompiler compiler = new PlannedRowCompiler();

  RowCompiler(RowMapping mapping, MeasurementFile file) {
    this.mapping = mapping;
    this.shapes = new StatedShapes(file);
  }

  /**
   * Compiles a row.
   *
   * @throws CannotSayException if it is no plan
   */
  PredictableRow compile(PublishedRow row) throws CannotSayException {
    List<String> assumed = new ArrayList<>(shapes.fill(row));
    PlannedRow planned = RowPlanner.plan(row, mapping);
    assumed.addAll(planned.assumed());
    return compiler.compile(planned, assumed);
  }
}
