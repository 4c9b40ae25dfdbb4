package io.heddle.runtime.simulate;

import io.heddle.plan.NetworkDimension.Topology;
import io.heddle.plan.mesh.Collective;
import io.heddle.runtime.cost.CollectiveOptimization;
import io.heddle.runtime.cost.Implementation;
import io.heddle.runtime.simulate.config.CommunicatorGroups;
import io.heddle.runtime.simulate.config.MemoryConfig;
import io.heddle.runtime.simulate.config.NetworkConfig;
import io.heddle.runtime.simulate.config.NetworkConfig.Dimension;
import io.heddle.runtime.simulate.config.SchedulingPolicy;
import io.heddle.runtime.simulate.config.SystemConfig;
import io.heddle.runtime.simulate.workload.TraceWorkload;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Stream;

/** Machines and trace folders of tests. */
public final class TestMachine {
  private TestMachine() {}

  public static NetworkConfig line(Topology topology, int ranks, double bandwidth, double latency) {
    return new NetworkConfig(List.of(new Dimension(topology, ranks, bandwidth, latency)));
  }

  /** A system that cuts collectives in {@code splits} and runs them all by the same algorithms. */
  public static SystemConfig system(int splits, double memoryBandwidth, String... implementations) {
    return system(splits, 1, memoryBandwidth, implementations);
  }

  /** A system of which several chunks may be under way. */
  public static SystemConfig system(
      int splits, int activeChunks, double memoryBandwidth, String... implementations) {
    Map<Collective, List<Implementation>> all = new EnumMap<>(Collective.class);
    List<Implementation> list =
        Stream.of(implementations).map(name -> Implementation.named(name).orElseThrow()).toList();
    for (Collective collective : Collective.values()) {
      all.put(collective, list);
    }
    return new SystemConfig(
        SchedulingPolicy.LIFO,
        CollectiveOptimization.LOCAL_BANDWIDTH_AWARE,
        OptionalInt.of(10),
        activeChunks,
        splits,
        all,
        memoryBandwidth,
        0,
        false,
        false);
  }

  /** A system that runs collectives by other algorithms. */
  public static SystemConfig with(
      SystemConfig system, Map<Collective, List<Implementation>> implementations) {
    return new SystemConfig(
        system.schedulingPolicy(),
        system.optimization(),
        system.endpointDelay(),
        system.activeChunks(),
        system.splits(),
        implementations,
        system.localMemoryBandwidth(),
        system.peakPerformance(),
        system.roofline(),
        system.replayOnly());
  }

  public static SimulationInput input(
      SystemConfig system, NetworkConfig network, Map<Integer, int[]> groups) {
    return new SimulationInput(system, network, MemoryConfig.NONE, CommunicatorGroups.of(groups));
  }

  /** Writes one trace for each rank to a new folder. */
  public static TraceWorkload traces(List<EtBytes> ranks) {
    try {
      Path folder = Files.createTempDirectory("heddle-traces");
      folder.toFile().deleteOnExit();
      for (int rank = 0; rank < ranks.size(); rank++) {
        Path file = folder.resolve("w." + rank + ".et");
        Files.write(file, ranks.get(rank).toBytes());
        file.toFile().deleteOnExit();
      }
      return new TraceWorkload(folder.resolve("w"), ranks.size());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The same node on every rank. */
  public static TraceWorkload everywhere(int ranks, EtBytes trace) {
    return traces(java.util.Collections.nCopies(ranks, trace));
  }
}
