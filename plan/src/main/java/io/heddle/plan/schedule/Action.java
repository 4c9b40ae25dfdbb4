package io.heddle.plan.schedule;

/**
 * One thing a stage does.
 *
 * @param microBatch from 0
 * @param chunk of the stage's layers, from 0
 */
public record Action(Kind kind, int microBatch, int chunk) {
  /** The passes of a micro-batch through a chunk of layers. */
  public enum Kind {
    FORWARD,
    /** All gradients, those of inputs and of weights. */
    BACKWARD,
    /** The gradients that the chunk before waits for; those of weights follow in a later action. */
    BACKWARD_INPUT,
    /** The gradients that {@link #BACKWARD_INPUT} left out. */
    BACKWARD_WEIGHT;

    /** Whether nothing of the micro-batch is needed any more when the action is done. */
    public boolean frees() {
      return this == BACKWARD || this == BACKWARD_WEIGHT;
    }
  }

  /** An action of a stage whose layers are one chunk. */
  public Action(Kind kind, int microBatch) {
    this(kind, microBatch, 0);
  }
}
