package io.heddle.runtime.serving;

/** Replicas that step together: those of one batch, where a pipeline has several. */
final class Instance {
  final Scheduler[] replicas;
  final StepTimes times;
  final PoolUse use;
  final Pipe pipe;

  private final StepSums sums = new StepSums();

  /** Whether a step is under way. */
  boolean isBusy;

  /** Whether it is about to begin a step. */
  boolean isWoken;

  /** When the step under way, or the last one, began. */
  long began;

  Instance(Scheduler[] replicas, StepTimes times, PoolUse use, Pipe pipe) {
    this.replicas = replicas;
    this.times = times;
    this.use = use;
    this.pipe = pipe;
  }

  /** Begins a step; returns when it ends, or -1 if there is nothing to do. */
  long begin(long now) {
    long nanos = 0;
    long interval = 0;
    for (Scheduler replica : replicas) {
      sums.clear();
      replica.plan(sums, now);
      if (!sums.isEmpty()) {
        nanos = Math.max(nanos, times.nanos(sums));
        interval = Math.max(interval, use.setup().batches() == 1 ? 0 : times.interval(sums));
      }
    }
    if (nanos == 0) {
      return -1;
    }
    isBusy = true;
    began = now;
    pipe.free = Math.addExact(now, interval);
    long ends = Math.addExact(now, nanos);
    use.step(nanos);
    pipe.gauge.begin(now);
    return ends;
  }

  /** Ends the step that is under way. */
  void end(long now, Scheduler.Listener listener) {
    for (Scheduler replica : replicas) {
      replica.commit(now, listener);
    }
    isBusy = false;
    pipe.gauge.end(now);
  }
}
