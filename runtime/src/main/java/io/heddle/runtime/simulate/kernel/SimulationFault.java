package io.heddle.runtime.simulate.kernel;

import io.heddle.runtime.cost.CannotRunException;

/** Ends a simulation that cannot go on; the message says who did what, and what to do. */
public final class SimulationFault extends CannotRunException {
  private static final long serialVersionUID = 1;

  public SimulationFault(String message) {
    super(message);
  }
}
