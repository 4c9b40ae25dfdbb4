package io.heddle.runtime.verify;

import io.heddle.plan.NetworkDimension.Topology;
import io.heddle.runtime.cost.Implementation;
import io.heddle.runtime.simulate.SimulationInput;
import io.heddle.runtime.simulate.SimulationOptions;
import io.heddle.runtime.simulate.config.CommunicatorGroups;
import io.heddle.runtime.simulate.config.ConfigReader;
import io.heddle.runtime.simulate.config.MemoryConfig;
import io.heddle.runtime.simulate.config.NetworkConfig;
import io.heddle.runtime.simulate.config.NetworkConfig.Dimension;
import io.heddle.runtime.simulate.config.SystemConfig;
import io.heddle.runtime.trace.Flattener;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What traces are to run on.
 *
 * @param machine what AstraSim's files say; a network or system that is not known is one ring of
 *     all ranks, and kernels last what they say themselves
 * @param systemKnown whether there is a system file, so that it is known what kernels must say
 * @param networkKnown whether there is a network file, so that it is known what messages take
 * @param groupFile where the groups were read
 * @param options as on AstraSim's command line
 */
public record TraceSetting(
    SimulationInput machine,
    boolean systemKnown,
    boolean networkKnown,
    Optional<Path> groupFile,
    SimulationOptions options) {
  private static final double ANY_BANDWIDTH = 100;
  private static final double ANY_LATENCY = 500;

  /** The machine and the groups of a plan. */
  public static TraceSetting of(Flattener flattener) {
    return of(SimulationInput.of(flattener), SimulationOptions.DEFAULT);
  }

  /** A machine of which all is known. */
  public static TraceSetting of(SimulationInput machine, SimulationOptions options) {
    return new TraceSetting(machine, true, true, Optional.empty(), options);
  }

  /** The same with other options. */
  public TraceSetting with(SimulationOptions others) {
    return new TraceSetting(machine, systemKnown, networkKnown, groupFile, others);
  }

  /** The same with or without rendezvous. */
  public TraceSetting withRendezvous(boolean on) {
    return with(options.withRendezvous(on));
  }

  /** Whether a send waits until its receive is posted. */
  boolean rendezvous() {
    return options.rendezvous();
  }

  /** AstraSim's files, as many as there are. */
  public record Files(
      Optional<Path> system, Optional<Path> network, Optional<Path> memory, Optional<Path> groups) {

    /**
     * Reads the files.
     *
     * @param traces how many there are, for a network that is not known
     * @throws IOException the message names the file and what is wrong with it
     */
    public TraceSetting read(int traces) throws IOException {
      return new TraceSetting(
          new SimulationInput(
              system.isPresent() ? ConfigReader.system(system.get()) : anySystem(),
              network.isPresent() ? ConfigReader.network(network.get()) : anyNetwork(traces),
              memory.isPresent() ? ConfigReader.memory(memory.get()) : MemoryConfig.NONE,
              groups.isPresent() ? ConfigReader.groups(groups.get()) : CommunicatorGroups.NONE),
          system.isPresent(),
          network.isPresent(),
          groups,
          SimulationOptions.DEFAULT);
    }
  }

  private static SystemConfig anySystem() {
    SystemConfig ring = SystemConfig.roofline(List.of(Implementation.RING), 0, 0);
    return new SystemConfig(
        ring.schedulingPolicy(),
        ring.optimization(),
        ring.endpointDelay(),
        ring.activeChunks(),
        ring.splits(),
        ring.implementations(),
        ring.localMemoryBandwidth(),
        ring.peakPerformance(),
        false,
        false);
  }

  private static NetworkConfig anyNetwork(int ranks) {
    return new NetworkConfig(
        ranks < 2
            ? List.of()
            : List.of(new Dimension(Topology.SWITCH, ranks, ANY_BANDWIDTH, ANY_LATENCY)));
  }
}
