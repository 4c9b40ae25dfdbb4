package io.heddle.cli.validate;

import io.heddle.cli.failure.Failure;
import io.heddle.cli.failure.Workers;
import io.heddle.cli.load.FlattenerLoader;
import io.heddle.cli.measure.MeasurementFile;
import io.heddle.cli.memory.PlanMemory;
import io.heddle.cli.output.MemoryDemand;
import io.heddle.processor.Imports;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.diagnose.Diagnostic;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Rendering;
import io.heddle.processor.diagnose.Severity;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.model.PlanChanges;
import io.heddle.processor.program.RankProgram;
import io.heddle.runtime.mode.Mode;
import io.heddle.runtime.mode.ModeSimulation;
import io.heddle.runtime.report.StepProgress;
import io.heddle.runtime.report.UnfinishedStepException;
import io.heddle.runtime.simulate.SimulationOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Predicts the steps of a table. Rows that differ in numbers alone share a compiler and a generated
 * class.
 */
public final class StepValidation {
  private static final double NANOS = 1e9;

  private final RowMapping mapping;
  private final StatedShapes shapes;
  private final Mode mode;
  private final Map<String, TfmCompiler> compilers = new HashMap<>();
  private final IdentityHashMap<RankProgram, FlattenerLoader> loaders = new IdentityHashMap<>();

  private StepValidation(RowMapping mapping, StatedShapes shapes, Mode mode) {
    this.mapping = mapping;
    this.shapes = shapes;
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
    StepValidation validation = new StepValidation(mapping, new StatedShapes(file), mode);
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
      prediction.assumed.addAll(shapes.fill(row));
      PlannedRow planned = RowPlanner.plan(row, mapping);
      prediction.assumed.addAll(planned.assumed());
      Compiled compiled = compile(planned);
      prediction.memory = PlanMemory.ifCountable(compiled);
      if (measured.isPresent()) {
        prediction.seconds = OptionalDouble.of(seconds(compiled));
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
    private final List<String> assumed = new ArrayList<>();
    private OptionalDouble seconds = OptionalDouble.empty();
    private Optional<MemoryDemand> memory = Optional.empty();
    private String reason = "";
  }

  private Compiled compile(PlannedRow planned) throws CannotSayException {
    TfmCompiler compiler = compiler(planned.text());
    Diagnostics findings = new Diagnostics();
    PlanChanges changes = PlanChanges.read(planned.settings(), findings);
    Optional<Compiled> compiled =
        compiler.compile(PlannedRow.PLAN, changes, findings).filter(Compiled::checkPlacement);
    if (compiled.isPresent()) {
      return compiled.get();
    }
    throw new CannotSayException(
        java.util.stream.Stream.concat(findings.all().stream(), compiler.diagnostics().stream())
            .filter(finding -> finding.severity() == Severity.ERROR)
            .findFirst()
            .map(Diagnostic::message)
            .orElse("the plan does not compile"));
  }

  private synchronized TfmCompiler compiler(String text) {
    return compilers.computeIfAbsent(
        text, unused -> TfmCompiler.read(new Source("row", text), Imports.LIBRARY_ONLY));
  }

  private double seconds(Compiled compiled) throws CannotSayException {
    try {
      return ModeSimulation.run(
                  loader(compiled).load(compiled.numbers().values()),
                  mode,
                  SimulationOptions.DEFAULT,
                  StepProgress.SILENT)
              .iterationNanos()
          / NANOS;
    } catch (UnfinishedStepException e) {
      throw new CannotSayException(e.diagnosis().get(0));
    } catch (Failure e) {
      throw new CannotSayException(String.valueOf(e.getMessage()));
    }
  }

  private synchronized FlattenerLoader loader(Compiled compiled) {
    return loaders.computeIfAbsent(compiled.program(), unused -> FlattenerLoader.of(compiled));
  }
}
