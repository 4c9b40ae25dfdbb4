package io.heddle.runtime.report;

import io.heddle.plan.marker.Api;

/** Is told how far the simulation of a step has come. */
@Api
@FunctionalInterface
public interface StepProgress {
  /** Tells nobody. */
  StepProgress SILENT = (begun, actions) -> {};

  /**
   * A rank begins an action: a forward or backward pass of one micro-batch, or the end of the step.
   *
   * @param begun actions of all ranks so far
   * @param actions of all ranks in the whole step
   */
  void begun(long begun, long actions);
}
