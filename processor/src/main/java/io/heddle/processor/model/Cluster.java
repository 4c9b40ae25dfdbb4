package io.heddle.processor.model;

import io.heddle.processor.diagnose.Span;
import java.math.BigDecimal;
import java.util.List;

/**
 * The machine of a plan, with all numbers known.
 *
 * @param networks innermost first
 */
public record Cluster(String name, Device device, List<Network> networks, Span span) {
  /**
   * A device in the plan's number format.
   *
   * @param peakFlops operations a second
   * @param computeEfficiency in (0, 1]
   * @param memoryBytes capacity
   * @param memoryBandwidth bytes a second
   * @param memoryEfficiency in (0, 1]
   */
  public record Device(
      String name,
      BigDecimal peakFlops,
      BigDecimal computeEfficiency,
      BigDecimal memoryBytes,
      BigDecimal memoryBandwidth,
      BigDecimal memoryEfficiency,
      Span span) {}

  /**
   * A dimension of the network.
   *
   * @param topology {@code ring}, {@code switch} or {@code fully_connected}
   * @param bandwidth bytes a second
   * @param latency nanoseconds
   */
  public record Network(
      String topology, long size, BigDecimal bandwidth, BigDecimal latency, Span span) {}

  /** Number of ranks it has. */
  public long ranks() {
    return networks.stream().mapToLong(Network::size).reduce(1, Math::multiplyExact);
  }
}
