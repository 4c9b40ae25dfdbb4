package io.heddle.runtime.mode;

import io.heddle.runtime.report.StepProgress;
import io.heddle.runtime.report.StepReport;
import io.heddle.runtime.report.StepSimulation;
import io.heddle.runtime.report.UnfinishedStepException;
import io.heddle.runtime.simulate.SimulationOptions;
import io.heddle.runtime.trace.Flattener;

/** Finds what a training step comes to, in any mode. */
public final class ModeSimulation {
  private ModeSimulation() {}

  /**
   * Takes a step to its end.
   *
   * @param options of whatever the mode simulates
   * @param progress of that, too
   * @throws UnfinishedStepException if some rank does not finish
   * @throws UnsupportedModeException if the mode cannot do what the flattener or the options ask
   */
  public static StepReport run(
      Flattener flattener, Mode mode, SimulationOptions options, StepProgress progress)
      throws UnfinishedStepException {
    if (mode == Mode.FLATTENED) {
      return StepSimulation.run(flattener, options, progress);
    }
    throw new UnsupportedModeException("mode " + mode + " runs no plan");
  }
}
