package io.heddle.plan.mesh;

import io.heddle.plan.marker.Api;

/**
 * One direction of the mesh, such as tensor or data parallelism.
 *
 * @param name as written in the plan
 * @param size number of ranks along it, at least 1
 */
@Api
public record Axis(String name, int size) {
  public Axis {
    if (size < 1) {
      throw new IllegalArgumentException("axis " + name + " has size " + size);
    }
  }
}
