package io.heddle.plan;

import io.heddle.plan.marker.Api;

/**
 * One dimension of the network.
 *
 * @param topology how the ranks along it are wired
 * @param size number of ranks along it, at least 1
 * @param bandwidth bytes a second of one link in one direction
 * @param latencyNanos of one hop
 */
@Api
public record NetworkDimension(Topology topology, int size, double bandwidth, double latencyNanos) {
  /** Wiring of a dimension, named as AstraSim's network file names it. */
  public enum Topology {
    RING("Ring"),
    SWITCH("Switch"),
    FULLY_CONNECTED("FullyConnected");

    private final String astraSimName;

    Topology(String astraSimName) {
      this.astraSimName = astraSimName;
    }

    public String astraSimName() {
      return astraSimName;
    }
  }
}
