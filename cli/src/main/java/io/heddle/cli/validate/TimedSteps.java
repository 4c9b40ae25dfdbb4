package io.heddle.cli.validate;

import io.heddle.cli.failure.Failure;
import io.heddle.cli.failure.Workers;
import io.heddle.cli.measure.MeasurementFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a table that an engine can be fitted to: those that are scored, state a time and can
 * be predicted.
 *
 * @param steps in the order of the table
 * @param engines that the mapping gives the rows of the table
 * @param leftOut rows that cannot be predicted
 */
public record TimedSteps(List<TimedStep> steps, Set<String> engines, int leftOut) {
  public TimedSteps {
    steps = List.copyOf(steps);
    engines = Set.copyOf(engines);
  }

  /**
   * Compiles the rows of a table.
   *
   * @param map the mapping; null for the built-in one
   * @param wanted the engines whose rows are taken; all where there is none
   * @throws Failure if table or mapping are not as they should be
   */
  public static TimedSteps of(
      Path table, @Nullable Path map, List<String> wanted, ExecutorService workers) {
    RowMapping mapping = map == null ? RowMapping.library() : RowMapping.read(map);
    MeasurementFile file = MeasurementFile.read(table).require(PublishedRow.REQUIRED);
    RowCompiler compiler = new RowCompiler(mapping, file);
    Set<String> engines = new TreeSet<>();
    List<Future<Optional<TimedStep>>> futures = new ArrayList<>();
    for (MeasurementFile.Row each : file.rows()) {
      PublishedRow row = new PublishedRow(each);
      OptionalDouble seconds = row.positive("step_time_s");
      if (row.exclusion().isPresent() || seconds.isEmpty()) {
        continue;
      }
      String name = RowPlanner.engine(row, mapping);
      engines.add(name);
      if (wanted.isEmpty() || wanted.contains(name)) {
        futures.add(workers.submit(() -> compile(compiler, row, seconds.getAsDouble())));
      }
    }
    List<TimedStep> steps = new ArrayList<>();
    int leftOut = 0;
    for (Future<Optional<TimedStep>> future : futures) {
      Optional<TimedStep> step = Workers.result(future);
      step.ifPresent(steps::add);
      leftOut += step.isPresent() ? 0 : 1;
    }
    return new TimedSteps(steps, engines, leftOut);
  }

  private static Optional<TimedStep> compile(
      RowCompiler compiler, PublishedRow row, double seconds) {
    try {
      return Optional.of(
          new TimedStep(
              row.text("row_id"),
              row.text("class") + " " + row.text("family"),
              seconds,
              compiler.compile(row)));
    } catch (CannotSayException cannot) {
      return Optional.empty();
    }
  }
}
