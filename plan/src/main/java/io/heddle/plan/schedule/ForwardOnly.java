package io.heddle.plan.schedule;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntToLongFunction;

/**
 * A schedule whose backward passes are left out, for steps that train nothing: stages keep the
 * places of their chunks and the order of their forward passes, and no pass leaves anything behind.
 */
record ForwardOnly(PipelineSchedule training) implements PipelineSchedule {
  @Override
  public String name() {
    return training.name();
  }

  @Override
  public List<Setting> settings() {
    return training.settings();
  }

  @Override
  public int chunks(Map<String, Integer> settings) {
    return training.chunks(settings);
  }

  @Override
  public int stageAt(int place, int stages) {
    return training.stageAt(place, stages);
  }

  @Override
  public List<Action> actions(int stage, Pipeline pipeline) {
    return training.actions(stage, pipeline).stream()
        .filter(action -> action.kind() == Action.Kind.FORWARD)
        .map(action -> new Action(action.kind(), action.microBatch(), action.chunk()))
        .toList();
  }

  @Override
  public double waiting(Pipeline pipeline, double forward, double input, double weight) {
    return pipeline.chunks() == 1
        ? forward * (pipeline.stages() - 1)
        : Waiting.byClock(this, pipeline, forward, input, weight);
  }

  @Override
  public double bubble(Pipeline pipeline) {
    double waiting = waiting(pipeline, 1, 0, 0);
    return waiting / (pipeline.microBatches() + waiting);
  }

  /** Stages of one chunk pass micro-batches on in their order. */
  @Override
  public boolean receivesAsUsed(Pipeline pipeline) {
    return pipeline.chunks() == 1;
  }

  @Override
  public Optional<Objection> objection(Pipeline pipeline) {
    return training.objection(pipeline);
  }

  @Override
  public Optional<Objection> objectionToSettings(Map<String, Integer> given) {
    return training.objectionToSettings(given);
  }

  @Override
  public boolean hasBackward() {
    return false;
  }

  @Override
  public PipelineSchedule withoutBackward() {
    return this;
  }

  @Override
  public InFlight fullest(
      int stage,
      Pipeline pipeline,
      IntToLongFunction kept,
      IntToLongFunction held,
      IntToLongFunction within) {
    List<Integer> none = Collections.nCopies(pipeline.chunks(), 0);
    return new InFlight(none, none, Optional.empty());
  }

  @Override
  public Pipeline shortestAsFull(Pipeline pipeline) {
    return pipeline.with(1);
  }

  @Override
  public long mostInFlight(int stage, Pipeline pipeline, IntToLongFunction weight) {
    return 0;
  }
}
