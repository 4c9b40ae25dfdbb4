package io.heddle.processor.model;

import io.heddle.plan.FormatRate;
import io.heddle.plan.NetworkDimension;
import io.heddle.plan.figure.KernelFigures;
import io.heddle.plan.figure.TransferFigures;
import io.heddle.processor.diagnose.Span;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The machine of a plan, with all numbers known.
 *
 * @param networks innermost first
 */
public record PlannedCluster(String name, Device device, List<Network> networks, Span span) {
  private static final BigDecimal MOST_BYTES = BigDecimal.valueOf(Long.MAX_VALUE);

  /**
   * A device in the plan's number format.
   *
   * @param peakFlops operations a second
   * @param computeEfficiency in (0, 1]
   * @param memoryBytes capacity
   * @param memoryBandwidth bytes a second
   * @param memoryEfficiency in (0, 1]
   * @param kernels what kinds of kernels reach
   * @param products what quantised products reach; null where the plan has none
   * @param attention what attention reaches; null where it is in the plan's format
   */
  public record Device(
      String name,
      BigDecimal peakFlops,
      BigDecimal computeEfficiency,
      BigDecimal memoryBytes,
      BigDecimal memoryBandwidth,
      BigDecimal memoryEfficiency,
      List<KernelFigures> kernels,
      @Nullable FormatRate products,
      @Nullable FormatRate attention,
      Span span) {
    public Device {
      kernels = List.copyOf(kernels);
    }

    /** As a flattener is given it; a capacity that does not fit is the largest that does. */
    public io.heddle.plan.Device values() {
      return new io.heddle.plan.Device(
          name,
          peakFlops.doubleValue(),
          computeEfficiency.doubleValue(),
          memoryBytes.min(MOST_BYTES).longValue(),
          memoryBandwidth.doubleValue(),
          memoryEfficiency.doubleValue(),
          kernels,
          products,
          attention);
    }
  }

  /**
   * A dimension of the network.
   *
   * @param topology {@code ring}, {@code switch} or {@code fully_connected}
   * @param bandwidth bytes a second
   * @param latency nanoseconds
   * @param transfers what goes through it really reaches
   */
  public record Network(
      String topology,
      long size,
      BigDecimal bandwidth,
      BigDecimal latency,
      List<TransferFigures> transfers,
      Span span) {
    public Network {
      transfers = List.copyOf(transfers);
    }
  }

  /** Number of ranks it has. */
  public long ranks() {
    return networks.stream().mapToLong(Network::size).reduce(1, Math::multiplyExact);
  }

  /** As a flattener is given it; a number that does not fit is the largest that does. */
  public io.heddle.plan.Cluster values() {
    return new io.heddle.plan.Cluster(
        name,
        device.values(),
        networks.stream()
            .map(
                network ->
                    new NetworkDimension(
                        NetworkDimension.Topology.valueOf(
                            network.topology().toUpperCase(Locale.ROOT)),
                        (int) Math.min(network.size(), Integer.MAX_VALUE),
                        network.bandwidth().doubleValue(),
                        network.latency().doubleValue(),
                        network.transfers()))
            .toList());
  }
}
