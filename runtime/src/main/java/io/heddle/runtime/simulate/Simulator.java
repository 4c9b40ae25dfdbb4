package io.heddle.runtime.simulate;

import io.heddle.runtime.simulate.SimulationResult.Status;
import io.heddle.runtime.simulate.collective.OrderMatters;
import io.heddle.runtime.simulate.config.MemoryConfig.Kind;
import io.heddle.runtime.simulate.config.SystemConfig;
import io.heddle.runtime.simulate.workload.SimulationObserver;
import io.heddle.runtime.simulate.workload.Workload;
import java.util.List;

/**
 * Simulates workloads on a machine, as AstraSim does. It holds no state of a run: any number of
 * runs may go on at once.
 *
 * @param input the machine
 * @param options as on AstraSim's command line
 */
public record Simulator(SimulationInput input, SimulationOptions options) {

  /** Simulates a workload to its end. Bad input ends in a result that says what is wrong. */
  public SimulationResult run(Workload workload) {
    return run(workload, SimulationObserver.NONE);
  }

  /**
   * Simulates a workload to its end.
   *
   * @param observer hears of every node that is done, on this thread
   */
  public SimulationResult run(Workload workload, SimulationObserver observer) {
    int ranks = input.network().ranks();
    if (workload.ranks() != ranks) {
      String problem =
          "the workload has "
              + workload.ranks()
              + " ranks, the network "
              + ranks
              + ": they must"
              + " be the same";
      return new SimulationResult(Status.ERROR, List.of(), List.of(problem), 0, 0, 0, 0);
    }
    if (orderIsFree()) {
      try {
        SimulationResult result = new Run(input, options, workload, observer, true).run();
        if (result.status() != Status.STALLED) {
          return result;
        }
      } catch (OrderMatters e) {
        // Event by event the order is AstraSim's.
      }
      observer.restart();
    }
    return new Run(input, options, workload, observer, false).run();
  }

  /**
   * Whether ticks may follow from ticks alone, so that whole collectives can be worked out at once;
   * it also takes workloads whose lanes are chained.
   */
  private boolean orderIsFree() {
    SystemConfig system = input.system();
    Kind memory = input.memory().kind();
    return options.backend() == Backend.CONGESTION_UNAWARE
        && options.queuesPerDimension() == 1
        && !options.rendezvous()
        && system.splits() == 1
        && (memory == Kind.NONE || memory == Kind.PER_RANK);
  }
}
