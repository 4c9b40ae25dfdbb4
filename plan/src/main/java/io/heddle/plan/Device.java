package io.heddle.plan;

import io.heddle.plan.figure.KernelFigures;
import io.heddle.plan.marker.Api;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
 * @param products what it reaches in quantised products; null where the plan has none
 * @param attention what it reaches in attention; null where that is computed in the plan's format
 */
@Api
public record Device(
    String name,
    double peakFlops,
    double computeEfficiency,
    long memoryBytes,
    double memoryBandwidth,
    double memoryEfficiency,
    List<KernelFigures> kernels,
    @Nullable FormatRate products,
    @Nullable FormatRate attention) {
  public Device {
    kernels = List.copyOf(kernels);
  }

  /** A device all of whose kernels compute in the plan's number format. */
  public Device(
      String name,
      double peakFlops,
      double computeEfficiency,
      long memoryBytes,
      double memoryBandwidth,
      double memoryEfficiency,
      List<KernelFigures> kernels) {
    this(
        name,
        peakFlops,
        computeEfficiency,
        memoryBytes,
        memoryBandwidth,
        memoryEfficiency,
        kernels,
        null,
        null);
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
    return new Device(
        name, peakFlops, 1, memoryBytes, memoryBandwidth, 1, figures, products, attention);
  }

  /** The same, with rates of kernels that compute in other formats. */
  public Device computing(@Nullable FormatRate quantisedProducts, @Nullable FormatRate attending) {
    return new Device(
        name,
        peakFlops,
        computeEfficiency,
        memoryBytes,
        memoryBandwidth,
        memoryEfficiency,
        kernels,
        quantisedProducts,
        attending);
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
