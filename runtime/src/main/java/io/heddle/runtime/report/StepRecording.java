package io.heddle.runtime.report;

import io.heddle.plan.marker.Api;
import io.heddle.runtime.path.CriticalPath;
import io.heddle.runtime.simulate.workload.SimulationObserver;
import io.heddle.runtime.trace.Flattener;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What is to be kept of a simulation besides times.
 *
 * @param criticalPath whether the {@link CriticalPath} is
 * @param observer hears of every node that is done
 * @param watched what is simulated in place of the flattener: the same, seen by somebody; absent if
 *     nobody does
 * @param everyRank whether the observer must hear of every rank; otherwise only of those that stand
 *     for others where one may, of each colour the lowest
 */
@Api
public record StepRecording(
    boolean criticalPath,
    SimulationObserver observer,
    Optional<Supplier<Flattener>> watched,
    boolean everyRank) {
  /** Nothing. */
  public static final StepRecording NONE =
      new StepRecording(false, SimulationObserver.NONE, Optional.empty(), false);

  /** This, and another observer besides, which hears of every rank. */
  public StepRecording with(SimulationObserver other) {
    return new StepRecording(criticalPath, observer.and(other), watched, true);
  }

  /** This, and another observer besides, for which one rank may stand for all that are alike. */
  public StepRecording withOneOfEachColour(SimulationObserver other) {
    return new StepRecording(criticalPath, observer.and(other), watched, everyRank);
  }

  /** This, with the critical path or without. */
  public StepRecording withCriticalPath(boolean kept) {
    return new StepRecording(kept, observer, watched, everyRank);
  }

  /** This, with somebody who sees what is flattened while it is simulated. */
  public StepRecording watching(Supplier<Flattener> flattener) {
    return new StepRecording(criticalPath, observer, Optional.of(flattener), everyRank);
  }

  /** Whether nothing is kept. */
  boolean isNothing() {
    return equals(NONE);
  }
}
