package io.heddle.plan.schedule;

/**
 * One thing a stage does.
 *
 * @param microBatch from 0
 * @param chunk of the stage's layers, from 0
 * @param besideNext whether it and the next action run side by side: a forward pass beside the
 *     input pass of another micro-batch, and that beside its weight pass. Exchanges of one run
 *     beside kernels of the other, and what both make is there when both are done
 */
public record Action(Kind kind, int microBatch, int chunk, boolean besideNext) {
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

  /** An action by itself. */
  public Action(Kind kind, int microBatch, int chunk) {
    this(kind, microBatch, chunk, false);
  }

  /** The same, side by side with the next action. */
  public Action beside() {
    return new Action(kind, microBatch, chunk, true);
  }

  /** An action of a stage whose layers are one chunk. */
  public Action(Kind kind, int microBatch) {
    this(kind, microBatch, 0);
  }
}
