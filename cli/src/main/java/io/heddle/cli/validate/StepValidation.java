package io.heddle.cli.validate;

import io.heddle.cli.failure.Failure;
import io.heddle.cli.failure.Workers;
import io.heddle.cli.measure.MeasurementFile;
import io.heddle.cli.memory.PlanMemory;
import io.heddle.cli.output.MemoryDemand;
import io.heddle.processor.Imports;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.diagnose.Rendering;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.model.PlanChanges;
import io.heddle.runtime.mode.Mode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Predicts the steps of a table. */
public final class StepValidation {
  private final RowCompiler compiler;
  private final Mode mode;

  private StepValidation(RowCompiler compiler, Mode mode) {
    this.compiler = compiler;
    this.mode = mode;
  }

  /**
   * Predicts all rows of a table, in its order.
   *
   * @param map the mapping; null for the built-in one
   * @param mode of the simulation
   * @throws Failure if table or mapping are not as they should be
   */
  public static List<StepPrediction> of(Path table, @Nullable Path map, Mode mode, int threads) {
    MeasurementFile file = MeasurementFile.read(table);
    Function<PublishedRow, List<StepPrediction>> predictor = predictor(file, map, mode);
    ExecutorService workers = Workers.of(threads, "validate");
    try {
      List<Future<List<StepPrediction>>> futures = new ArrayList<>();
      for (MeasurementFile.Row row : file.rows()) {
        futures.add(workers.submit(() -> predictor.apply(new PublishedRow(row))));
      }
      List<StepPrediction> predictions = new ArrayList<>();
      for (Future<List<StepPrediction>> future : futures) {
        predictions.addAll(Workers.result(future));
      }
      return predictions;
    } finally {
      workers.shutdownNow();
    }
  }

  /** Whether a table has points of serving benchmarks in place of training steps. */
  public static boolean isServing(Path table) {
    return MeasurementFile.read(table).has(ServingTable.TIME);
  }

  private static Function<PublishedRow, List<StepPrediction>> predictor(
      MeasurementFile file, @Nullable Path map, Mode mode) {
    if (file.has(ServingTable.TIME)) {
      file.require(ServingTable.REQUIRED);
      ServingTable serving = new ServingTable(RowMapping.ofServing(map));
      return row -> serving.predict(row, mode);
    }
    RowMapping mapping = RowMapping.ofSteps(map);
    StepValidation validation =
        new StepValidation(new RowCompiler(mapping, file.require(PublishedRow.REQUIRED)), mode);
    return row -> List.of(validation.predict(row));
  }

  /**
   * The plan of one row, as a file of its own: of a point of a serving benchmark, its decode step.
   *
   * @param map the mapping; null for the built-in one
   * @throws Failure if there is no such row, or it is no plan
   */
  public static String planOf(Path table, @Nullable Path map, String id) {
    MeasurementFile file = MeasurementFile.read(table);
    boolean isServing = file.has(ServingTable.TIME);
    RowMapping mapping = isServing ? RowMapping.ofServing(map) : RowMapping.ofSteps(map);
    file.require(isServing ? ServingTable.REQUIRED : PublishedRow.REQUIRED);
    for (MeasurementFile.Row row : file.rows()) {
      if (!row.text("row_id").equals(id)) {
        continue;
      }
      try {
        PublishedRow published = new PublishedRow(row);
        PlannedRow planned;
        if (isServing) {
          planned = new ServingPlanner(published, mapping).decode();
        } else {
          new StatedShapes(file).fill(published);
          planned = RowPlanner.plan(published, mapping);
        }
        TfmCompiler compiler =
            TfmCompiler.read(new Source("row", planned.text()), Imports.LIBRARY_ONLY);
        PlanChanges changes = compiler.changes(planned.settings());
        return compiler
            .planText(PlannedRow.PLAN, changes)
            .orElseThrow(
                () -> Failure.wrongInput(Rendering.of(compiler.diagnostics()).stripTrailing()));
      } catch (CannotSayException cannot) {
        throw Failure.wrongInput("row %s: %s".formatted(id, cannot.why()));
      }
    }
    throw Failure.usage("--show %s: %s has no such row".formatted(id, table));
  }

  private StepPrediction predict(PublishedRow row) {
    OptionalDouble measured = row.positive("step_time_s");
    Prediction prediction = new Prediction();
    try {
      PredictableRow found = compiler.compile(row);
      prediction.assumed = found.assumed();
      prediction.memory = PlanMemory.ifCountable(found.compiled());
      if (measured.isPresent()) {
        prediction.seconds = OptionalDouble.of(found.seconds(found.engine(), mode));
      }
    } catch (CannotSayException cannot) {
      prediction.reason = cannot.why();
    }
    Optional<String> exclusion = row.exclusion();
    return new StepPrediction(
        row.text("row_id"),
        row.text("class"),
        row.text("family"),
        String.join(" ", row.text("family"), row.text("n"), row.text("seq"), row.text("gbs")),
        measured,
        prediction.seconds,
        row.positive("mem_gib"),
        prediction.memory,
        row.text("mem_kind"),
        row.text("status"),
        exclusion.isEmpty(),
        prediction.assumed,
        prediction.reason.isEmpty() ? exclusion.orElse("") : prediction.reason);
  }

  /** What is known of a row so far. */
  private static final class Prediction {
    private List<String> assumed = List.of();
    private OptionalDouble seconds = OptionalDouble.empty();
    private Optional<MemoryDemand> memory = Optional.empty();
    private String reason = "";
  }
}
