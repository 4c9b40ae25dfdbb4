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
import java.util.function.Function;
import java.util.function.Predicate;
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
    MeasurementFile file = MeasurementFile.read(table);
    return file.has(ServingTable.TIME)
        ? ofServing(file.require(ServingTable.REQUIRED), map, wanted, workers)
        : ofSteps(file.require(PublishedRow.REQUIRED), map, wanted, workers);
  }

  private static TimedSteps ofServing(
      MeasurementFile file, @Nullable Path map, List<String> wanted, ExecutorService workers) {
    ServingTable serving = new ServingTable(RowMapping.ofServing(map));
    return of(
        file,
        ServingTable::perToken,
        serving::engine,
        row -> row.words("needs").isEmpty(),
        serving::compile,
        wanted,
        workers);
  }

  private static TimedSteps ofSteps(
      MeasurementFile file, @Nullable Path map, List<String> wanted, ExecutorService workers) {
    RowMapping mapping = RowMapping.ofSteps(map);
    return of(
        file,
        row -> row.positive("step_time_s"),
        row -> RowPlanner.engine(row, mapping),
        row -> true,
        new RowCompiler(mapping, file)::compile,
        wanted,
        workers);
  }

  /** Compiles a row. */
  private interface Compiler {
    TimedRow compile(PublishedRow row) throws CannotSayException;
  }

  private static TimedSteps of(
      MeasurementFile file,
      Function<PublishedRow, OptionalDouble> time,
      Function<PublishedRow, String> engine,
      Predicate<PublishedRow> isSure,
      Compiler compiler,
      List<String> wanted,
      ExecutorService workers) {
    Set<String> engines = new TreeSet<>();
    List<Future<Optional<TimedStep>>> futures = new ArrayList<>();
    for (MeasurementFile.Row each : file.rows()) {
      PublishedRow row = new PublishedRow(each);
      OptionalDouble seconds = time.apply(row);
      if (row.exclusion().isPresent() || seconds.isEmpty() || !isSure.test(row)) {
        continue;
      }
      String name = engine.apply(row);
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

  private static Optional<TimedStep> compile(Compiler compiler, PublishedRow row, double seconds) {
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
