package io.heddle.runtime.simulate;

import io.heddle.plan.Cluster;
import io.heddle.runtime.cost.Implementation;
import io.heddle.runtime.cost.Machine;
import io.heddle.runtime.simulate.config.CommunicatorGroups;
import io.heddle.runtime.simulate.config.ConfigReader;
import io.heddle.runtime.simulate.config.MemoryConfig;
import io.heddle.runtime.simulate.config.NetworkConfig;
import io.heddle.runtime.simulate.config.NetworkConfig.Dimension;
import io.heddle.runtime.simulate.config.SystemConfig;
import io.heddle.runtime.trace.Flattener;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * The machine that a workload is simulated on, as AstraSim's configuration files describe it.
 *
 * @param groups in which ranks run collectives
 */
public record SimulationInput(
    SystemConfig system, NetworkConfig network, MemoryConfig memory, CommunicatorGroups groups) {

  /**
   * The machine of a plan, with the plan's groups: a ring in each dimension of the network, one
   * chunk, kernels that last as the roofline of what the device sustains says.
   */
  public static SimulationInput of(Flattener flattener) {
    SimulationInput machine = of(flattener.plan().cluster());
    return new SimulationInput(
        machine.system, machine.network, machine.memory, CommunicatorGroups.of(flattener.groups()));
  }

  /** The machine of a cluster, as the other, with no groups but that of all ranks. */
  public static SimulationInput of(Cluster cluster) {
    List<Dimension> network =
        cluster.liveDimensions().stream()
            .map(
                live ->
                    new Dimension(
                        live.topology(),
                        live.size(),
                        live.bandwidth() / Machine.NETWORK_GIGABYTE,
                        live.latencyNanos()))
            .toList();
    return new SimulationInput(
        SystemConfig.roofline(
            Collections.nCopies(network.size(), Implementation.RING),
            cluster.device().sustainedBandwidth(),
            cluster.device().sustainedFlops()),
        new NetworkConfig(network),
        MemoryConfig.NONE,
        CommunicatorGroups.NONE);
  }

  /** The machine as costs are asked of it. */
  public Machine machine() {
    return machine(1);
  }

  /**
   * The machine as costs are asked of it.
   *
   * @param injectionScale multiplies the endpoint delay of the system file
   */
  public Machine machine(double injectionScale) {
    return new Machine(
        network.dimensions().stream().map(Dimension::ofPlan).toList(),
        system.memoryBytesPerSecond(),
        system.operationsPerSecond(),
        system.implementations(),
        system.optimization(),
        system.splits(),
        system.endpointDelay().isPresent()
            ? (int) (system.endpointDelay().getAsInt() * injectionScale)
            : Machine.DEFAULT_ENDPOINT_DELAY);
  }

  /**
   * Reads the files; paths in them begin in the working directory.
   *
   * @param memory absent: no remote memory
   * @param groups absent: no group but that of all ranks
   * @throws IOException the message names the file and what is wrong with it
   */
  public static SimulationInput read(
      Path system, Path network, Optional<Path> memory, Optional<Path> groups) throws IOException {
    return read(system, network, memory, groups, Path.of(""));
  }

  /**
   * Reads the files.
   *
   * @param memory absent: no remote memory
   * @param groups absent: no group but that of all ranks
   * @param folder in which paths in the files begin
   * @throws IOException the message names the file and what is wrong with it
   */
  public static SimulationInput read(
      Path system, Path network, Optional<Path> memory, Optional<Path> groups, Path folder)
      throws IOException {
    return new SimulationInput(
        ConfigReader.system(system, folder),
        ConfigReader.network(network),
        memory.isPresent() ? ConfigReader.memory(memory.get()) : MemoryConfig.NONE,
        groups.isPresent() ? ConfigReader.groups(groups.get()) : CommunicatorGroups.NONE);
  }
}
