package io.heddle.runtime.cost;

/**
 * What a kernel takes, ns: by the roofline of what a rank sustains (Williams, Waterman, Patterson
 * 2009), the longer of operations at the device's rate and bytes at the memory's. Roundings are
 * those of AstraSim.
 */
public final class KernelCost {
  private static final double NANOS = 1e9;
  private static final int PASSES_OF_A_REDUCTION = 3;

  private final double bandwidth;
  private final double peak;

  /** Kernels on a rank of a machine. */
  public KernelCost(Machine machine) {
    this.bandwidth = machine.memoryBandwidth();
    this.peak = machine.performance();
  }

  /** Duration of a kernel in ns; {@code bytes} is not 0. */
  public long nanos(long operations, long bytes) {
    return nanosAt(operations, performance(intensity(operations, bytes)));
  }

  /** Duration of operations at so many a second, in ns. */
  public static long nanosAt(long operations, double performance) {
    return UnsignedCast.of(UnsignedCast.toDouble(operations) / performance * NANOS);
  }

  /** Operations for each byte. */
  public static double intensity(long operations, long bytes) {
    return UnsignedCast.toDouble(operations) / UnsignedCast.toDouble(bytes);
  }

  /** Operations a second that a kernel of such an intensity reaches. */
  public double performance(double intensity) {
    return Math.min(bandwidth * intensity, peak);
  }

  /** Operations a second that no kernel exceeds. */
  public double peak() {
    return peak;
  }

  /** Bytes a second of the memory. */
  public double bandwidth() {
    return bandwidth;
  }

  /** Duration of adding one message to another, in ns: two reads and a write. */
  public long reductionNanos(long bytes) {
    return PASSES_OF_A_REDUCTION
        * UnsignedCast.of(UnsignedCast.toDouble(bytes) / bandwidth * NANOS);
  }
}
