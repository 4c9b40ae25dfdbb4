package io.heddle.runtime.simulate.config;

import io.heddle.runtime.trace.Collective;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * AstraSim's system file.
 *
 * @param endpointDelay ns before each message of a collective leaves; absent: 10, never scaled
 * @param activeChunks chunks of one dimension under way at once
 * @param splits chunks that a collective is cut into; 0 where the file does not say
 * @param implementations one for each dimension of the network; a collective without any cannot run
 * @param localMemoryBandwidth 10^9 bytes a second
 * @param peakPerformance 10^12 operations a second
 * @param roofline whether compute nodes last as operations and bytes say, not as they say
 *     themselves
 * @param replayOnly whether every node lasts as it says itself
 */
public record SystemConfig(
    SchedulingPolicy schedulingPolicy,
    CollectiveOptimization optimization,
    OptionalInt endpointDelay,
    int activeChunks,
    int splits,
    Map<Collective, List<Implementation>> implementations,
    double localMemoryBandwidth,
    double peakPerformance,
    boolean roofline,
    boolean replayOnly) {

  public SystemConfig {
    Map<Collective, List<Implementation>> copy = new EnumMap<>(Collective.class);
    implementations.forEach((collective, list) -> copy.put(collective, List.copyOf(list)));
    implementations = Collections.unmodifiableMap(copy);
  }

  /** The same, but compute nodes last as they say themselves. */
  public SystemConfig withStatedDurations() {
    return new SystemConfig(
        schedulingPolicy,
        optimization,
        endpointDelay,
        activeChunks,
        splits,
        implementations,
        localMemoryBandwidth,
        peakPerformance,
        false,
        replayOnly);
  }

  /**
   * What the runs of our own plans use: one chunk, durations from the roofline, the same algorithms
   * for every collective but all-to-all, which is {@code direct}: as a ring it takes n(n-1)/2
   * steps.
   *
   * @param perDimension algorithm of each dimension of the network
   * @param localMemoryBandwidth bytes a second
   * @param peakPerformance operations a second
   */
  public static SystemConfig roofline(
      List<Implementation> perDimension, double localMemoryBandwidth, double peakPerformance) {
    Map<Collective, List<Implementation>> all = new EnumMap<>(Collective.class);
    for (Collective collective : Collective.values()) {
      all.put(collective, perDimension);
    }
    all.put(Collective.ALL_TO_ALL, Collections.nCopies(perDimension.size(), Implementation.DIRECT));
    return new SystemConfig(
        SchedulingPolicy.LIFO,
        CollectiveOptimization.LOCAL_BANDWIDTH_AWARE,
        OptionalInt.of(10),
        1,
        1,
        all,
        localMemoryBandwidth / 1e9,
        peakPerformance / 1e12,
        true,
        false);
  }
}
