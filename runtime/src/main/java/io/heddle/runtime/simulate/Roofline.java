package io.heddle.runtime.simulate;

import io.heddle.runtime.simulate.config.SystemConfig;
import io.heddle.runtime.simulate.kernel.UnsignedCast;

/**
 * How long compute nodes last where operations and bytes say it, and the averages over a rank's
 * compute nodes. Sums weigh each node with its duration.
 */
public final class Roofline {
  private final double bandwidth;
  private final double peak;

  /** The roofline of a system file. */
  public Roofline(SystemConfig system) {
    this.bandwidth = system.localMemoryBandwidth() * 1e9;
    this.peak = system.peakPerformance() * 1e12;
  }

  /** Sums over the compute nodes of one rank. */
  static final class Sums {
    private long nanos = 1;
    private long boundByCompute;
    private double computeUse;
    private double memoryUse;
    private double intensity;

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
  }

  /** Duration of a node in ns; {@code bytes} is not 0. */
  public long nanos(long operations, long bytes) {
    double intensity = UnsignedCast.toDouble(operations) / UnsignedCast.toDouble(bytes);
    return nanos(operations, Math.min(bandwidth * intensity, peak));
  }

  private static long nanos(long operations, double performance) {
    return UnsignedCast.of(UnsignedCast.toDouble(operations) / performance * 1e9);
  }

  /** Duration of a node in ns, added to the sums; {@code bytes} is not 0. */
  long nanos(long operations, long bytes, Sums sums) {
    double intensity = UnsignedCast.toDouble(operations) / UnsignedCast.toDouble(bytes);
    double performance = Math.min(bandwidth * intensity, peak);
    long duration = nanos(operations, performance);
    double weight = UnsignedCast.toDouble(duration);
    sums.nanos += duration;
    if (performance >= peak) {
      sums.boundByCompute += duration;
    }
    sums.computeUse += weight * performance / peak;
    sums.memoryUse += weight * (performance / intensity) / bandwidth;
    sums.intensity += weight * intensity;
    return duration;
  }
}
