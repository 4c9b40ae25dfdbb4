package io.heddle.plan;

import io.heddle.plan.figure.TransferFigures;
import io.heddle.plan.marker.Api;
import java.util.List;

/**
 * One dimension of the network.
 *
 * @param topology how the ranks along it are wired
 * @param size number of ranks along it, at least 1
 * @param bandwidth bytes a second of one link in one direction
 * @param latencyNanos of one hop
 * @param transfers what collectives and messages that go this far really reach; those without a
 *     line last as bandwidth and latency say
 */
@Api
public record NetworkDimension(
    Topology topology,
    int size,
    double bandwidth,
    double latencyNanos,
    List<TransferFigures> transfers) {
  public NetworkDimension {
    transfers = List.copyOf(transfers);
  }

  /** A dimension without figures. */
  public NetworkDimension(Topology topology, int size, double bandwidth, double latencyNanos) {
    this(topology, size, bandwidth, latencyNanos, List.of());
  }

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
