package io.heddle.runtime.simulate;

import io.heddle.runtime.cost.KernelCost;
import io.heddle.runtime.cost.UnsignedCast;

/** Sums over the compute nodes of one rank, each weighed with its duration. */
final class RooflineSums {
  private final KernelCost cost;
  private long nanos = 1;
  private long boundByCompute;
  private double computeUse;
  private double memoryUse;
  private double intensity;

  RooflineSums(KernelCost cost) {
    this.cost = cost;
  }

  RooflineAverages averages() {
    double total = UnsignedCast.toDouble(nanos);
    return new RooflineAverages(
        100 * UnsignedCast.toDouble(boundByCompute) / total,
        100 * computeUse / total,
        100 * memoryUse / total,
        intensity / total);
  }

  /** Counts a node that lasts what it says itself. */
  void add(long duration) {
    nanos += duration;
  }

  /** Counts a node that lasts as its roofline says; returns its ns. {@code bytes} is not 0. */
  long add(long operations, long bytes) {
    double perByte = KernelCost.intensity(operations, bytes);
    double performance = cost.performance(perByte);
    long duration = KernelCost.nanosAt(operations, performance);
    double weight = UnsignedCast.toDouble(duration);
    nanos += duration;
    if (performance >= cost.peak()) {
      boundByCompute += duration;
    }
    computeUse += weight * performance / cost.peak();
    memoryUse += weight * (performance / perByte) / cost.bandwidth();
    intensity += weight * perByte;
    return duration;
  }
}
