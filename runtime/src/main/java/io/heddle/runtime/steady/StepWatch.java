package io.heddle.runtime.steady;

import io.heddle.runtime.simulate.workload.SimulationObserver;
import io.heddle.runtime.trace.Flattener;
import java.util.function.UnaryOperator;

/**
 * Looks on while a step runs.
 *
 * @param over the same trace nodes, of which it hears
 * @param observer hears when they run
 */
public record StepWatch(UnaryOperator<Flattener> over, SimulationObserver observer) {
  /** Hears nothing. */
  public static final StepWatch NONE =
      new StepWatch(UnaryOperator.identity(), SimulationObserver.NONE);
}
