package io.heddle.cli.validate;

import io.heddle.cli.failure.Failure;
import io.heddle.cli.load.FlattenerLoader;
import io.heddle.plan.Engine;
import io.heddle.plan.PlanValues;
import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.runtime.mode.Mode;
import io.heddle.runtime.mode.ModeSimulation;
import io.heddle.runtime.report.StepProgress;
import io.heddle.runtime.report.StepReport;
import io.heddle.runtime.report.UnfinishedStepException;
import io.heddle.runtime.simulate.SimulationOptions;
import java.util.List;

/**
 * A row as a compiled plan. Its step can be timed under any engine without compiling it again.
 *
 * @param assumed what the row leaves open, and what was taken for it
 */
record PredictableRow(Compiled compiled, FlattenerLoader loader, List<String> assumed)
    implements TimedRow {
  private static final double NANOS = 1e9;

  PredictableRow {
    assumed = List.copyOf(assumed);
  }

  @Override
  public Engine engine() {
    return values().engine();
  }

  /** How long a step takes. */
  @Override
  public double seconds(Engine engine, Mode mode) throws CannotSayException {
    return run(engine, mode).iterationNanos() / NANOS;
  }

  @Override
  public Pace pace(Engine engine, Mode mode) throws CannotSayException {
    StepReport report = run(engine, mode);
    return new Pace(
        report.iterationNanos() / NANOS, report.periodSeconds(), report.batchesInWork());
  }

  private StepReport run(Engine engine, Mode mode) throws CannotSayException {
    try {
      return ModeSimulation.run(
          loader.load(values().under(engine)),
          mode,
          SimulationOptions.DEFAULT,
          StepProgress.SILENT);
    } catch (UnfinishedStepException e) {
      throw new CannotSayException(e.diagnosis().get(0));
    } catch (Failure e) {
      throw new CannotSayException(String.valueOf(e.getMessage()));
    }
  }

  private PlanValues values() {
    return compiled.numbers().values();
  }
}
