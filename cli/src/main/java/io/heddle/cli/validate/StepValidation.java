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
    RowMapping mapping = map == null ? RowMapping.library() : RowMapping.read(map);
    MeasurementFile file = MeasurementFile.read(table).require(PublishedRow.REQUIRED);
    StepValidation validation = new StepValidation(new RowCompiler(mapping, file), mode);
    ExecutorService workers = Workers.of(threads, "validate");
    try {
      List<Future<StepPrediction>> futures = new ArrayList<>();
      for (MeasurementFile.Row row : file.rows()) {
        futures.add(workers.submit(() -> validation.predict(new PublishedRow(row))));
      }
      List<StepPrediction> predictions = new ArrayList<>();
      for (Future<StepPrediction> future : futures) {
        predictions.add(Workers.result(future));
      }
      return predictions;
    } finally {
      workers.shutdownNow();
    }
  }

  /**
   * The plan of one row, as a file of its own.
   *
   * @param map the mapping; null for the built-in one
   * @throws Failure if there is no such row, or it is no plan
   */
  public static String planOf(Path table, @Nullable Path map, String id) {
    RowMapping mapping = map == null ? RowMapping.library() : RowMapping.read(map);
    MeasurementFile file = MeasurementFile.read(table).require(PublishedRow.REQUIRED);
    for (MeasurementFile.Row row : file.rows()) {
      if (!row.text("row_id").equals(id)) {
        continue;
      }
      try {
        PublishedRow published = new PublishedRow(row);
        new StatedShapes(file).fill(published);
        PlannedRow planned = RowPlanner.plan(published, mapping);
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
