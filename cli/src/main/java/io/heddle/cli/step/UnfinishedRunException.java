package io.heddle.cli.step;

import io.heddle.runtime.simulate.SimulationResult;

/** The simulation of a step did not end. */
public final class UnfinishedRunException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient SimulationResult result;
  private final int exit;

  /**
   * @param exit code that the command exits with
   */
  UnfinishedRunException(SimulationResult result, int exit) {
    super(result.status().text());
    this.result = result;
    this.exit = exit;
  }

  /** Why it did not end. */
  public SimulationResult result() {
    return result;
  }

  /** Exit code of the command. */
  public int exit() {
    return exit;
  }
}
