package io.heddle.runtime.simulate.config;

import io.heddle.plan.mesh.Collective;
import io.heddle.runtime.cost.CollectiveOptimization;
import io.heddle.runtime.cost.Implementation;
import io.heddle.runtime.cost.Machine;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * AstraSim's system file.
 *
 * @param endpointDelay ns before each message of a collective leaves; absent: 10, never scaled
 * @param activeChunks chunks of one dimension under way at once
 * @param splits chunks that a collective is cut into; 0 where the file does not say
 * @param implementations one for each dimension of the network; a collective without any cannot run
 * @param custom algorithms that are traces, which go before {@code implementations}
 * @param bus absent: a message takes the endpoint delay
 * @param localMemoryBandwidth 10^9 bytes a second
 * @param peakPerformance 10^12 operations a second
 * @param roofline whether compute nodes last as operations and bytes say, not as they say
 *     themselves
 * @param replayOnly whether every node lasts as it says itself
 * @param memoryTrace how the names of files begin that say which tensors a rank held and when;
 *     absent: nobody keeps account
 * @param warnings what AstraSim takes otherwise than it looks
 */
public record SystemConfig(
    SchedulingPolicy schedulingPolicy,
    CollectiveOptimization optimization,
    OptionalInt endpointDelay,
    int activeChunks,
    int splits,
    Map<Collective, List<Implementation>> implementations,
    CustomAlgorithms custom,
    Optional<SharedBus> bus,
    double localMemoryBandwidth,
    double peakPerformance,
    boolean roofline,
    boolean replayOnly,
    Optional<String> memoryTrace,
    List<String> warnings) {
  /** The name that memory traces begin with where the file does not say. */
  public static final String MEMORY_TRACE = "local_mem_trace";

  /** A system whose collectives all run by algorithms of AstraSim's own. */
  public SystemConfig(
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
    this(
        schedulingPolicy,
        optimization,
        endpointDelay,
        activeChunks,
        splits,
        implementations,
        CustomAlgorithms.NONE,
        Optional.empty(),
        localMemoryBandwidth,
        peakPerformance,
        roofline,
        replayOnly,
        Optional.empty(),
        List.of());
  }

  public SystemConfig {
    warnings = List.copyOf(warnings);
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
        custom,
        bus,
        localMemoryBandwidth,
        peakPerformance,
        false,
        replayOnly,
        memoryTrace,
        warnings);
  }

  /** Bytes a second of the memory of a rank. */
  public double memoryBytesPerSecond() {
    return localMemoryBandwidth * Machine.MEMORY_GIGABYTE;
  }

  /** Operations a second of a rank. */
  public double operationsPerSecond() {
    return peakPerformance * Machine.TERA;
  }

  /**
   * What the runs of our own plans use: one chunk, durations from the roofline.
   *
   * @param perDimension algorithm of each dimension of the network, but of all-to-all
   * @param localMemoryBandwidth bytes a second
   * @param peakPerformance operations a second
   */
  public static SystemConfig roofline(
      List<Implementation> perDimension, double localMemoryBandwidth, double peakPerformance) {
    return new SystemConfig(
        SchedulingPolicy.LIFO,
        CollectiveOptimization.LOCAL_BANDWIDTH_AWARE,
        OptionalInt.of((int) Machine.DEFAULT_ENDPOINT_DELAY),
        1,
        1,
        Implementation.ofAll(perDimension),
        localMemoryBandwidth / Machine.MEMORY_GIGABYTE,
        peakPerformance / Machine.TERA,
        true,
        false);
  }
}
