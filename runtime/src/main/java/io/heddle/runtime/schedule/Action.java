package io.heddle.runtime.schedule;

/**
 * One thing a stage does.
 *
 * @param microBatch from 0
 */
public record Action(Kind kind, int microBatch) {
  /** The passes of a micro-batch through a stage. */
  public enum Kind {
    FORWARD,
    BACKWARD
  }
}
