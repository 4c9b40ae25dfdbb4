package io.heddle.runtime.timeline;

import io.heddle.plan.mesh.Collective;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What holds a communication lane: one node, or several of the model, one behind the other.
 *
 * @param operation of the node; of several that of the first
 * @param collective what it is; null for messages, and where several nodes differ in it
 * @param axes along which those who take part differ, outermost first; none for a message to
 *     another stage
 * @param nodes how many there are
 * @param bytes of all of them: an all-gather's own shard, else the rank's whole tensor
 * @param nanos for which they hold the lane together, if nobody has to be waited for
 */
public record LaneEntry(
    Use use,
    String operation,
    @Nullable Collective collective,
    List<String> axes,
    int nodes,
    long bytes,
    long nanos) {
  /** What it is for. */
  public enum Use {
    /** A collective of the model. */
    MODEL,
    /** A message of the model within a group. */
    MESSAGE,
    /** A message to another stage. */
    STAGE,
    /** Gradients that are reduced within a backward pass. */
    GRADIENTS,
    /** Weights that are gathered before they are used. */
    WEIGHTS,
    /** What belongs to the end of the step. */
    STEP;

    private boolean isOfModel() {
      return this == MODEL || this == MESSAGE;
    }
  }

  public LaneEntry {
    axes = List.copyOf(axes);
  }

  /** Whether the next one stands in one entry with it. */
  boolean joins(LaneEntry next) {
    return use.isOfModel() && use == next.use && axes.equals(next.axes);
  }

  /** Both, one behind the other. */
  LaneEntry with(LaneEntry next) {
    return new LaneEntry(
        use,
        operation,
        collective == next.collective ? collective : null,
        axes,
        nodes + next.nodes,
        Math.addExact(bytes, next.bytes),
        Math.addExact(nanos, next.nanos));
  }
}
