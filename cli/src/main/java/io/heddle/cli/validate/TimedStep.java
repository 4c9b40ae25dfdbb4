package io.heddle.cli.validate;

import io.heddle.plan.Engine;
import io.heddle.runtime.mode.Mode;

/**
 * A published step that has been compiled, and can be timed under any engine.
 *
 * @param measuredSeconds as published
 */
public record TimedStep(String id, String family, double measuredSeconds, TimedRow row) {

  /** The engine that the mapping gives it. */
  public Engine engine() {
    return row.engine();
  }

  /** How long it takes under an engine, in seconds, analytically; NaN where it does not end. */
  public double seconds(Engine engine) {
    try {
      return row.seconds(engine, Mode.ANALYTICAL);
    } catch (CannotSayException cannot) {
      return Double.NaN;
    }
  }
}
