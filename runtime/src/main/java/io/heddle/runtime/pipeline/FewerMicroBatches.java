package io.heddle.runtime.pipeline;

import io.heddle.plan.schedule.Action;
import io.heddle.plan.schedule.Pipeline;
import io.heddle.runtime.trace.Emission;
import io.heddle.runtime.trace.ForwardingFlattener;
import io.heddle.runtime.trace.NodeSink;
import io.heddle.runtime.trace.RankTrace;
import java.util.List;

/**
 * A flattener whose replicas run fewer micro-batches in a step, as if the batch were smaller: what
 * a micro-batch comes to is as it was.
 */
public final class FewerMicroBatches extends ForwardingFlattener {
  private final PipelineFlattener flattener;
  private final int microBatches;
  private final Courses courses;

  /**
   * As if the batch were smaller.
   *
   * @param flattener of a step that sends no {@linkplain MessageSizes#ofSampledTokens tokens} back
   *     to the first stage: these depend on how many micro-batches follow
   * @param microBatches to which the schedule has no {@linkplain
   *     io.heddle.plan.schedule.PipelineSchedule#objection objection}
   */
  public FewerMicroBatches(PipelineFlattener flattener, int microBatches) {
    super(flattener);
    this.flattener = flattener;
    this.microBatches = microBatches;
    Pipeline pipeline = flattener.pipeline().numbers().with(microBatches);
    this.courses = new Courses(flattener.pipeline().schedule(), pipeline);
  }

  /** The actions of a stage, but for the end of the step. */
  public List<Action> actionsOfStage(int stage) {
    return course(stage).actions();
  }

  /** What the ranks of a stage do in which order. */
  public Course course(int stage) {
    return courses.of(stage);
  }

  @Override
  public int microBatches() {
    return microBatches;
  }

  @Override
  public RankTrace open(int rank, Emission emission) {
    return flattener.pipeline().open(rank, course(stage(rank)), emission);
  }

  @Override
  public int actions(int rank) {
    return actionsOfStage(stage(rank)).size() + 1;
  }

  @Override
  public void emit(int rank, NodeSink sink) {
    RankTrace trace = open(rank);
    for (int action = 0; action < actions(rank); action++) {
      trace.emit(action, sink);
    }
  }
}
