package io.heddle.runtime.report;

import io.heddle.runtime.mesh.Groups;
import io.heddle.runtime.mesh.Mesh;
import io.heddle.runtime.plan.PlanValues;
import io.heddle.runtime.trace.CountingSink;
import io.heddle.runtime.trace.Flattener;
import io.heddle.runtime.trace.NodeSink;
import io.heddle.runtime.trace.RankEmitter;
import io.heddle.runtime.trace.TeeSink;

/**
 * Counts what a flattener emits action by action, on one thread. Whole ranks are not counted: they
 * are asked for to look something up.
 */
final class CountedFlattener implements Flattener {
  private final Flattener flattener;
  private final StepProgress progress;
  private final CountingSink counts = new CountingSink();
  private final long actions;
  private long begun;

  CountedFlattener(Flattener flattener, StepProgress progress) {
    this.flattener = flattener;
    this.progress = progress;
    long sum = 0;
    for (int rank = 0; rank < flattener.mesh().ranks(); rank++) {
      sum += flattener.actions(rank);
    }
    this.actions = sum;
  }

  CountingSink counts() {
    return counts;
  }

  @Override
  public void emit(RankEmitter rank, int action, NodeSink sink) {
    progress.begun(++begun, actions);
    flattener.emit(rank, action, new TeeSink(sink, counts));
  }

  @Override
  public void emit(int rank, NodeSink sink) {
    flattener.emit(rank, sink);
  }

  @Override
  public PlanValues plan() {
    return flattener.plan();
  }

  @Override
  public Mesh mesh() {
    return flattener.mesh();
  }

  @Override
  public Groups groups() {
    return flattener.groups();
  }

  @Override
  public int stages() {
    return flattener.stages();
  }

  @Override
  public int stage(int rank) {
    return flattener.stage(rank);
  }

  @Override
  public int microBatches() {
    return flattener.microBatches();
  }

  @Override
  public long tokens() {
    return flattener.tokens();
  }

  @Override
  public long parameters() {
    return flattener.parameters();
  }

  @Override
  public RankEmitter open(int rank) {
    return flattener.open(rank);
  }

  @Override
  public int actions(int rank) {
    return flattener.actions(rank);
  }
}
