package io.heddle.runtime.path;

import io.heddle.runtime.trace.Direction;

/**
 * A stretch of the {@link CriticalPath} within one pass of one stage.
 *
 * @param direction a forward pass that is computed again belongs to the backward pass around it
 * @param microBatch -1 at the end of the step
 * @param where such as {@code embed, layers 0-7}
 * @param issued when it begins, ns
 * @param nanos how long it is
 * @param compute what kernels have of that, ns; the rest is communication
 */
public record PathStretch(
    int stage,
    Direction direction,
    int microBatch,
    String where,
    long nodes,
    long issued,
    long nanos,
    long compute) {

  /** Whether the other is the same but for its micro-batch and times. */
  boolean isLike(PathStretch other) {
    return stage == other.stage
        && direction == other.direction
        && (microBatch < 0) == (other.microBatch < 0)
        && where.equals(other.where);
  }
}
