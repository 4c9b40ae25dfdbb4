package io.heddle.runtime.simulate;

import io.heddle.runtime.simulate.config.CommunicatorGroups;
import io.heddle.runtime.simulate.config.ConfigReader;
import io.heddle.runtime.simulate.config.MemoryConfig;
import io.heddle.runtime.simulate.config.NetworkConfig;
import io.heddle.runtime.simulate.config.SystemConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The machine that a workload is simulated on, as AstraSim's configuration files describe it.
 *
 * @param groups in which ranks run collectives
 */
public record SimulationInput(
    SystemConfig system, NetworkConfig network, MemoryConfig memory, CommunicatorGroups groups) {

  /**
   * Reads the files.
   *
   * @param memory absent: no remote memory
   * @param groups absent: no group but that of all ranks
   * @throws IOException the message names the file and what is wrong with it
   */
  public static SimulationInput read(
      Path system, Path network, Optional<Path> memory, Optional<Path> groups) throws IOException {
    return new SimulationInput(
        ConfigReader.system(system),
        ConfigReader.network(network),
        memory.isPresent() ? ConfigReader.memory(memory.get()) : MemoryConfig.NONE,
        groups.isPresent() ? ConfigReader.groups(groups.get()) : CommunicatorGroups.NONE);
  }
}
