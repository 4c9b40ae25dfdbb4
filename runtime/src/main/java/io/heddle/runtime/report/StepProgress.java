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
   * Modes that compute the pipeline tell of its passes, then of its stages, and then of actions on
   * its longest path, each from the begin; where passes are simulated before the step, none of its
   * actions has begun.
   *
   * @param begun actions of all ranks that run so far; one may run for many
   * @param actions of these ranks in the whole step
   */
  void begun(long begun, long actions);
}
