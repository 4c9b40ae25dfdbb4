package io.heddle.runtime.report;

import io.heddle.runtime.simulate.workload.SimulationObserver;

/**
 * What is to be kept of a simulation besides times.
 *
 * @param criticalPath whether the {@link CriticalPath} is
 * @param observer hears of every node that is done
 */
public record StepRecording(boolean criticalPath, SimulationObserver observer) {
  /** Nothing. */
  public static final StepRecording NONE = new StepRecording(false, SimulationObserver.NONE);
}
