package io.heddle.runtime.simulate.collective;

import io.heddle.runtime.simulate.config.Implementation;
import java.util.List;

/** How the members of a group run one kind of collective. */
final class Plan {
  private final List<LogicalRing> rings;
  private final List<Implementation> implementations;
  private final int[] dimensions;
  private final boolean subset;
  private final long endpointDelay;

  /**
   * @param rings logical dimensions, lowest first
   * @param implementations one for each
   * @param dimensions numbers of the logical dimensions that have work to do, ascending
   * @param subset whether the members are fewer than all ranks: one ring, with AstraSim's own
   *     constants
   * @param endpointDelay ns before each message
   */
  Plan(
      List<LogicalRing> rings,
      List<Implementation> implementations,
      int[] dimensions,
      boolean subset,
      long endpointDelay) {
    this.rings = List.copyOf(rings);
    this.implementations = List.copyOf(implementations);
    this.dimensions = dimensions;
    this.subset = subset;
    this.endpointDelay = endpointDelay;
  }

  LogicalRing ring(int dimension) {
    return rings.get(dimension);
  }

  Implementation implementation(int dimension) {
    return implementations.get(dimension);
  }

  /** Number of logical dimensions. */
  int logicalDimensions() {
    return rings.size();
  }

  /** Number of logical dimensions that have work to do. */
  int live() {
    return dimensions.length;
  }

  /** One of them, in ascending order. */
  int live(int index) {
    return dimensions[index];
  }

  boolean subset() {
    return subset;
  }

  long endpointDelay() {
    return endpointDelay;
  }
}
