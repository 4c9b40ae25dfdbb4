package io.heddle.cli.command;

import io.heddle.cli.calibrate.EngineCalibration;
import io.heddle.cli.calibrate.EngineConstant;
import io.heddle.cli.calibrate.EngineText;
import io.heddle.cli.failure.Failure;
import io.heddle.cli.failure.Workers;
import io.heddle.cli.file.OutputFile;
import io.heddle.cli.option.EngineFitOptions;
import io.heddle.cli.validate.TimedStep;
import io.heddle.cli.validate.TimedSteps;
import io.heddle.plan.Engine;
import io.heddle.plan.figure.EngineFigure;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;

/** Fits an engine to published steps, and writes it. */
final class StepCalibration {
  private static final String FIT = "--fit";

  private final EngineFitOptions options;
  private final Path table;
  private final String name;

  /**
   * @param name of the engine that is written
   */
  StepCalibration(EngineFitOptions options, Path table, String name) {
    this.options = options;
    this.table = table;
    this.name = name;
  }

  void run(Path output, PrintWriter out, PrintWriter err) {
    List<EngineConstant> constants = constants();
    OutputFile written = new OutputFile("--output", "engine", output);
    List<Path> inputs = new ArrayList<>(List.of(table));
    Optional.ofNullable(options.map()).ifPresent(inputs::add);
    written.check(inputs);
    ExecutorService workers = Workers.of(Runtime.getRuntime().availableProcessors(), "calibrate");
    try {
      TimedSteps rows = TimedSteps.of(table, options.map(), options.engines(), workers);
      for (String engine : options.engines()) {
        if (!rows.engines().contains(engine)) {
          throw Failure.usage(
              "--engine %s: the mapping gives no row of %s this engine; there are rows of %s"
                  .formatted(
                      engine, table, String.join(", ", rows.engines().stream().sorted().toList())));
        }
      }
      EngineCalibration calibration =
          EngineCalibration.of(
              table.toString(),
              rows.steps(),
              constants,
              base(rows.steps()),
              !options.engines().isEmpty(),
              workers);
      String text = EngineText.of(calibration, source(), constants);
      written.write(to -> to.write(text.getBytes(StandardCharsets.UTF_8)));
      print(calibration, rows, out, err);
    } finally {
      workers.shutdownNow();
    }
  }

  private List<EngineConstant> constants() {
    List<String> names = options.figures();
    if (names.size() > EngineCalibration.MOST_CONSTANTS) {
      throw Failure.usage(
          "%s: %d figures; fit at most %d at once"
              .formatted(FIT, names.size(), EngineCalibration.MOST_CONSTANTS));
    }
    if (names.stream().distinct().count() < names.size()) {
      throw Failure.usage(FIT + ": name each figure once");
    }
    return names.stream().map(figure -> EngineConstant.named(FIT, figure)).toList();
  }

  /** The engine of --engine, of which the written one keeps what is not fitted. */
  private Engine base(List<TimedStep> steps) {
    if (options.engines().isEmpty()) {
      return new Engine(name, Engine.IDEAL.values());
    }
    String first = options.engines().get(0);
    return steps.stream()
        .map(TimedStep::engine)
        .filter(engine -> engine.name().equals(first))
        .findFirst()
        .map(engine -> new Engine(name, engine.values()))
        .orElseThrow(
            () ->
                Failure.wrongInput(
                    "%s: no row of engine %s can be predicted, whose other figures are kept: name another first"
                        .formatted(table, first)));
  }

  private String source() {
    return table.getFileName()
        + (options.engines().isEmpty() ? "" : ", rows of " + String.join(", ", options.engines()));
  }

  private static void print(
      EngineCalibration calibration, TimedSteps rows, PrintWriter out, PrintWriter err) {
    EngineFigure.lines().stream()
        .filter(line -> !EngineText.figures(calibration.engine(), line).isEmpty())
        .forEach(
            line ->
                out.printf("%-9s (%s)%n", line, EngineText.figures(calibration.engine(), line)));
    out.println(EngineText.size(calibration));
    out.println("error in the fit: " + EngineText.text(calibration.inSample()));
    if (calibration.families() > 1) {
      out.println(EngineText.heldOut(calibration) + ": " + EngineText.text(calibration.heldOut()));
    } else {
      err.println("heddle: one family: no half of the families can be held out");
    }
    if (rows.leftOut() > 0) {
      err.println(
          "heddle: %d rows that cannot be predicted were left out".formatted(rows.leftOut()));
    }
  }
}
