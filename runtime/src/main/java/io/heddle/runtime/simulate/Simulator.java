package io.heddle.runtime.simulate;

import io.heddle.runtime.fold.Fold;
import io.heddle.runtime.simulate.SimulationResult.Status;
import io.heddle.runtime.simulate.collective.OrderMatters;
import io.heddle.runtime.simulate.config.MemoryConfig.Kind;
import io.heddle.runtime.simulate.config.SystemConfig;
import io.heddle.runtime.simulate.workload.SimulationObserver;
import io.heddle.runtime.simulate.workload.Workload;
import java.util.List;
import java.util.Optional;

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
    if (orderIsFree(workload.fails())) {
      try {
        Run run = new Run(input, options, workload, observer, null, true);
        SimulationResult result = run.run();
        if (result.status() != Status.STALLED) {
          run.tellMemory();
          return result;
        }
      } catch (OrderMatters e) {
        // Event by event the order is AstraSim's.
      }
      observer.restart();
    }
    Run run = new Run(input, options, workload, observer, null, false);
    SimulationResult result = run.run();
    run.tellMemory();
    return result;
  }

  /**
   * Simulates one rank of each colour for all. What comes of it is that of these ranks; nodes,
   * messages and bytes are those of all.
   *
   * @param workload of all ranks
   * @param observer hears of the nodes of these ranks; what it heard is void where nothing comes
   * @return empty if the run cannot be folded: then all ranks must run
   * @throws io.heddle.runtime.fold.FinerColoursException if it can with more colours
   */
  public Optional<SimulationResult> runFolded(
      Workload workload, Fold fold, SimulationObserver observer) {
    if (!orderIsFree(workload.fails())
        || input.system().memoryTrace().isPresent()
        || workload.ranks() != input.network().ranks()) {
      return Optional.empty();
    }
    try {
      return Optional.of(new Run(input, options, workload, observer, fold, true).run())
          .filter(result -> result.status() == Status.OK);
    } catch (OrderMatters e) {
      return Optional.empty();
    }
  }

  /**
   * Whether ticks may follow from ticks alone, so that whole collectives can be worked out at once;
   * it also takes workloads whose lanes are chained. Chunks may queue in one dimension only.
   * Endpoints that take no time are run one by one where AstraSim would fail at them.
   */
  private boolean orderIsFree(boolean fails) {
    SystemConfig system = input.system();
    boolean beginsAtOnce = input.machine(options.injectionScale()).endpointDelay() == 0;
    Kind memory = input.memory().kind();
    return options.backend() == Backend.CONGESTION_UNAWARE
        && options.queuesPerDimension() == 1
        && !options.rendezvous()
        && (system.splits() == 1 || input.network().dimensions().size() == 1)
        && system.custom().isEmpty()
        && system.bus().isEmpty()
        && !(fails && beginsAtOnce)
        && (memory == Kind.NONE || memory == Kind.PER_RANK);
  }
}
