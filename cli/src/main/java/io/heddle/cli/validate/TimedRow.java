package io.heddle.cli.validate;

import io.heddle.plan.Engine;
import io.heddle.runtime.mode.Mode;

/** A published row that has been compiled, and can be timed under any engine. */
interface TimedRow {
  /** The engine that the mapping gives the row. */
  Engine engine();

  /**
   * How long what the row measures takes, in seconds.
   *
   * @throws CannotSayException if it does not end
   */
  double seconds(Engine engine, Mode mode) throws CannotSayException;

  /**
   * How fast such steps follow each other.
   *
   * @throws CannotSayException as the other
   */
  default Pace pace(Engine engine, Mode mode) throws CannotSayException {
    return Pace.of(seconds(engine, mode));
  }
}
