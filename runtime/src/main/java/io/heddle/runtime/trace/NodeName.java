package io.heddle.runtime.trace;

import io.heddle.plan.marker.Api;

/**
 * The name of a node in its parts, as {@link NodeHeader} has them.
 *
 * @param microBatch -1 where the node belongs to the whole step
 * @param layer -1 where it is in none
 * @param operation block and operation
 * @param step of a ring; -1 where it is in none
 * @param piece of a kernel or collective; -1 where it is whole
 */
@Api
public record NodeName(
    Direction direction, int microBatch, int layer, String operation, int step, int piece) {

  /**
   * {@code <direction>.mb<m>.layer<l>.<block>.<operation>.step<k>.piece<i>} without the parts it
   * has not.
   */
  @Override
  public String toString() {
    StringBuilder name = new StringBuilder();
    appendTo(name, direction, microBatch, layer, operation, step, piece);
    return name.toString();
  }

  static void appendTo(
      StringBuilder to,
      Direction direction,
      int microBatch,
      int layer,
      String operation,
      int step,
      int piece) {
    to.append(direction.prefix()).append('.');
    if (microBatch >= 0) {
      to.append("mb").append(microBatch).append('.');
    }
    if (layer >= 0) {
      to.append("layer").append(layer).append('.');
    }
    to.append(operation);
    if (step >= 0) {
      to.append(".step").append(step);
    }
    if (piece >= 0) {
      to.append(".piece").append(piece);
    }
  }
}
