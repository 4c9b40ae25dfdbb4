package io.heddle.runtime.report;

import io.heddle.runtime.trace.CountingSink;
import io.heddle.runtime.trace.Flattener;
import io.heddle.runtime.trace.ForwardingFlattener;
import io.heddle.runtime.trace.NodeSink;
import io.heddle.runtime.trace.RankEmitter;
import io.heddle.runtime.trace.TeeSink;

/**
 * Counts what a flattener emits action by action, on one thread. Whole ranks are not counted: they
 * are asked for to look something up.
 */
final class CountedFlattener extends ForwardingFlattener {
  private final StepProgress progress;
  private CountingSink counts = new CountingSink();
  private final long actions;
  private long begun;

  CountedFlattener(Flattener flattener, StepProgress progress) {
    super(flattener);
    this.progress = progress;
    long sum = 0;
    for (int rank = 0; rank < flattener.mesh().ranks(); rank++) {
      sum += flattener.actions(rank);
    }
    this.actions = sum;
  }

  /** Forgets what was counted: the run begins anew. */
  void restart() {
    counts = new CountingSink();
    begun = 0;
  }

  CountingSink counts() {
    return counts;
  }

  @Override
  public void emit(RankEmitter rank, int action, NodeSink sink) {
    progress.begun(++begun, actions);
    super.emit(rank, action, new TeeSink(sink, counts));
  }
}
