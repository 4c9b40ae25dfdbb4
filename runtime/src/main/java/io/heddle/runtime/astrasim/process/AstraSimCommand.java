package io.heddle.runtime.astrasim.process;

import io.heddle.runtime.simulate.SimulationOptions;
import java.util.ArrayList;
import java.util.List;

/** The words that start AstraSim. */
final class AstraSimCommand {
  private AstraSimCommand() {}

  /**
   * Options that are AstraSim's own defaults are left out.
   *
   * @param logs folder of its log, relative to that of the files; AstraSim makes it
   */
  static List<String> of(
      AstraSimBinary binary, RunFiles files, SimulationOptions options, String logs) {
    List<String> command = new ArrayList<>();
    command.add(binary.file().toString());
    command.add("--workload-configuration=" + files.workload());
    command.add("--system-configuration=" + files.system());
    command.add("--network-configuration=" + files.network());
    command.add("--remote-memory-configuration=" + files.memory());
    files.groups().ifPresent(groups -> command.add("--comm-group-configuration=" + groups));
    command.add("--logging-folder=" + logs);
    SimulationOptions plain = SimulationOptions.DEFAULT;
    if (options.queuesPerDimension() != plain.queuesPerDimension()) {
      command.add("--num-queues-per-dim=" + options.queuesPerDimension());
    }
    if (options.injectionScale() != plain.injectionScale()) {
      command.add("--injection-scale=" + options.injectionScale());
    }
    if (options.rendezvous()) {
      command.add("--rendezvous-protocol=true");
    }
    return command;
  }
}
