package io.heddle.runtime.simulate.kernel;

/** Points and spans of simulated time: ns, unsigned. */
public final class Tick {
  private Tick() {}

  /** The time {@code delay} after {@code time}. */
  public static long after(long time, long delay) {
    long sum = time + delay;
    if (Long.compareUnsigned(sum, time) < 0) {
      throw new SimulationFault(
          "a delay of "
              + Long.toUnsignedString(delay)
              + " ns at tick "
              + Long.toUnsignedString(time)
              + " ends beyond 2^64 ns: check sizes and bandwidths");
    }
    return sum;
  }
}
