package io.heddle.plan;

import io.heddle.plan.figure.KernelFigures;
import io.heddle.plan.marker.Api;
import java.util.List;

/**
 * The device of every rank.
 *
 * @param name as declared
 * @param peakFlops nominal operations a second in the plan's number format
 * @param computeEfficiency share of {@code peakFlops} that kernels reach, in (0, 1]
 * @param memoryBytes capacity
 * @param memoryBandwidth nominal bytes a second
 * @param memoryEfficiency share of {@code memoryBandwidth} that kernels reach, in (0, 1]
 * @param kernels what kinds of kernels reach in the plan's number format; a kind without a line
 *     lasts as the roofline of the other numbers says
 */
@Api
public record Device(
    String name,
    double peakFlops,
    double computeEfficiency,
    long memoryBytes,
    double memoryBandwidth,
    double memoryEfficiency,
    List<KernelFigures> kernels) {
  public Device {
    kernels = List.copyOf(kernels);
  }

  /** A device without figures of kernels. */
  public Device(
      String name,
      double peakFlops,
      double computeEfficiency,
      long memoryBytes,
      double memoryBandwidth,
      double memoryEfficiency) {
    this(
        name,
        peakFlops,
        computeEfficiency,
        memoryBytes,
        memoryBandwidth,
        memoryEfficiency,
        List.of());
  }

  /** The same, with figures of kernels in place of its shares and of those it has. */
  public Device measured(List<KernelFigures> figures) {
    return new Device(name, peakFlops, 1, memoryBytes, memoryBandwidth, 1, figures);
  }

  /** Operations a second that a compute-bound kernel reaches. */
  public double sustainedFlops() {
    return peakFlops * computeEfficiency;
  }

  /** Bytes a second that a memory-bound kernel reaches. */
  public double sustainedBandwidth() {
    return memoryBandwidth * memoryEfficiency;
  }
}
