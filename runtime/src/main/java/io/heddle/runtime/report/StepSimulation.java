package io.heddle.runtime.report;

import io.heddle.runtime.plan.Cluster;
import io.heddle.runtime.simulate.SimulationInput;
import io.heddle.runtime.simulate.SimulationOptions;
import io.heddle.runtime.simulate.SimulationResult;
import io.heddle.runtime.simulate.Simulator;
import io.heddle.runtime.simulate.config.CommunicatorGroups;
import io.heddle.runtime.simulate.config.Implementation;
import io.heddle.runtime.simulate.config.MemoryConfig;
import io.heddle.runtime.simulate.config.NetworkConfig;
import io.heddle.runtime.simulate.config.SystemConfig;
import io.heddle.runtime.simulate.workload.FlattenerWorkload;
import io.heddle.runtime.trace.Flattener;
import java.util.Collections;
import java.util.List;

/**
 * Simulates one training step of a plan on the cluster that it names. Ranks are flattened action by
 * action as the simulator asks for them: no trace is held or written. The machine is the one that
 * {@link io.heddle.runtime.astrasim.AstraSimConfiguration} describes in files.
 */
public final class StepSimulation {
  /** AstraSim's GB of network bandwidth. */
  private static final double NETWORK_GIGABYTE = 1L << 30;

  private StepSimulation() {}

  /**
   * Simulates a step to its end.
   *
   * @throws UnfinishedStepException if some rank does not finish
   */
  public static StepReport run(Flattener flattener, StepProgress progress)
      throws UnfinishedStepException {
    CountedFlattener counted = new CountedFlattener(flattener, progress);
    ExposedByAxes exposed = new ExposedByAxes(flattener.groups(), flattener.mesh().ranks());
    SimulationResult result =
        new Simulator(machine(flattener), SimulationOptions.DEFAULT)
            .run(new FlattenerWorkload(counted), exposed);
    if (result.status() != SimulationResult.Status.OK) {
      throw new UnfinishedStepException(result);
    }
    return StepReport.of(flattener, result, counted.counts(), exposed.meanNanos());
  }

  /**
   * The machine of a plan.
   *
   * @throws IllegalArgumentException if its cluster has one rank only
   */
  public static SimulationInput machine(Flattener flattener) {
    Cluster cluster = flattener.plan().cluster();
    List<NetworkConfig.Dimension> network =
        cluster.liveDimensions().stream()
            .map(
                dimension ->
                    new NetworkConfig.Dimension(
                        dimension.topology(),
                        dimension.size(),
                        dimension.bandwidth() / NETWORK_GIGABYTE,
                        dimension.latencyNanos()))
            .toList();
    return new SimulationInput(
        SystemConfig.roofline(
            Collections.nCopies(network.size(), Implementation.RING),
            cluster.device().sustainedBandwidth(),
            cluster.device().sustainedFlops()),
        new NetworkConfig(network),
        MemoryConfig.NONE,
        CommunicatorGroups.of(flattener.groups().all()));
  }
}
