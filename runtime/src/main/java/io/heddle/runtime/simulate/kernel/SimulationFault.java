package io.heddle.runtime.simulate.kernel;

/** Ends a simulation that cannot go on; the message says who did what, and what to do. */
public final class SimulationFault extends RuntimeException {
  private static final long serialVersionUID = 1;

  public SimulationFault(String message) {
    super(message, null, false, false);
  }
}
