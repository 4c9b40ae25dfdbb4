package io.heddle.runtime.report;

import io.heddle.plan.marker.Api;
import io.heddle.runtime.simulate.SimulationResult;
import java.util.List;

/** The simulation of a step ended before all ranks had finished. */
@Api
public final class UnfinishedStepException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient SimulationResult result;

  /**
   * Of a simulation that did not end.
   *
   * @param result says why
   */
  public UnfinishedStepException(SimulationResult result) {
    super(String.join("\n", result.diagnosis()));
    this.result = result;
  }

  /** Why: one finding a line. */
  public List<String> diagnosis() {
    return result.diagnosis();
  }

  /** What was simulated until then. */
  public SimulationResult result() {
    return result;
  }
}
