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
   * @param begun actions of all ranks that run so far; one may run for many
   * @param actions of these ranks in the whole step
   */
  void begun(long begun, long actions);
}
