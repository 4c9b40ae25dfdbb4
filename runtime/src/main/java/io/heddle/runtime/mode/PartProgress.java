package io.heddle.runtime.mode;

import io.heddle.runtime.report.StepProgress;

/** Tells how many parts of some work have begun. */
final class PartProgress {
  private final StepProgress progress;
  private final long all;
  private long begun;

  /** Of so many parts, of which none has begun. */
  PartProgress(StepProgress progress, long all) {
    this.progress = progress;
    this.all = all;
  }

  /** Another part begins; a simulation that is run again begins its parts anew. */
  void begin() {
    begun = Math.min(all, begun + 1);
    progress.begun(begun, all);
  }
}
