package io.heddle.plan;

import io.heddle.plan.marker.Api;

/**
 * The device of every rank.
 *
 * @param name as declared
 * @param peakFlops nominal operations a second in the plan's number format
 * @param computeEfficiency share of {@code peakFlops} that kernels reach, in (0, 1]
 * @param memoryBytes capacity
 * @param memoryBandwidth nominal bytes a second
 * @param memoryEfficiency share of {@code memoryBandwidth} that kernels reach, in (0, 1]
 */
@Api
public record Device(
    String name,
    double peakFlops,
    double computeEfficiency,
    long memoryBytes,
    double memoryBandwidth,
    double memoryEfficiency) {
  /** Operations a second that a compute-bound kernel reaches. */
  public double sustainedFlops() {
    return peakFlops * computeEfficiency;
  }

  /** Bytes a second that a memory-bound kernel reaches. */
  public double sustainedBandwidth() {
    return memoryBandwidth * memoryEfficiency;
  }
}
