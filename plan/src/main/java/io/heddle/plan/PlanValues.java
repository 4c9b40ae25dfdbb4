package io.heddle.plan;

import io.heddle.plan.marker.Api;
import io.heddle.plan.mesh.Axis;
import io.heddle.plan.mesh.Mesh;
import io.heddle.plan.serving.Speculation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Everything of a plan that is known only at run time. One generated flattener serves every choice
 * of these.
 *
 * @param model name of the model
 * @param plan name of the plan
 * @param parameters the model's parameters, in order of declaration
 * @param axes of the mesh, outermost to innermost
 * @param batch sequences of one step, over all replicas
 * @param microBatch sequences of one micro-batch on one replica
 * @param schedule in which order the stages of the pipeline run their micro-batches
 * @param stages how the layers are dealt out to stages, or to chunks where stages have several
 * @param engine what the framework that runs it adds
 */
@Api
public record PlanValues(
    String model,
    String plan,
    Map<String, Long> parameters,
    List<Axis> axes,
    long batch,
    long microBatch,
    Schedule schedule,
    StageSplit stages,
    Recompute recompute,
    Optimizer optimizer,
    Precision precision,
    Cluster cluster,
    Engine engine) {
  private static final double PERCENT = 100;

  /** A plan whose engine adds nothing. */
  public PlanValues(
      String model,
      String plan,
      Map<String, Long> parameters,
      List<Axis> axes,
      long batch,
      long microBatch,
      Schedule schedule,
      StageSplit stages,
      Recompute recompute,
      Optimizer optimizer,
      Precision precision,
      Cluster cluster) {
    this(
        model,
        plan,
        parameters,
        axes,
        batch,
        microBatch,
        schedule,
        stages,
        recompute,
        optimizer,
        precision,
        cluster,
        Engine.IDEAL);
  }

  public PlanValues {
    parameters = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
    axes = List.copyOf(axes);
  }

  /** The same with another batch. */
  public PlanValues withBatch(long sequences) {
    return new PlanValues(
        model,
        plan,
        parameters,
        axes,
        sequences,
        microBatch,
        schedule,
        stages,
        recompute,
        optimizer,
        precision,
        cluster,
        engine);
  }

  /**
   * What a step guesses of each sequence and verifies; nothing where it does not.
   *
   * @throws IllegalArgumentException if that is out of range
   */
  public Speculation speculation() {
    return schedule.passes() == Schedule.Passes.VERIFYING
        ? new Speculation(Math.toIntExact(parameter("speculate")), parameter("accept") / PERCENT)
        : Speculation.NONE;
  }

  /**
   * Tokens that a step is expected to yield, of so many that it computes: without guesses that are
   * refused.
   */
  public double yieldedTokens(long tokens) {
    Speculation speculation = speculation();
    if (speculation.drafts() == 0) {
      return tokens;
    }
    double sequences = (double) parameter("decode") * batch / microBatch;
    return tokens - sequences * (speculation.tokens() - speculation.expectedTokens());
  }

  /** The mesh with these axes. */
  public Mesh mesh() {
    return new Mesh(axes);
  }

  /** Size of an axis of the mesh, at least 1. */
  public long axis(String name) {
    // Asked for again and again, which an iterator each time would make dear.
    for (int i = 0; i < axes.size(); i++) {
      Axis axis = axes.get(i);
      if (axis.name().equals(name)) {
        return axis.size();
      }
    }
    throw new IllegalArgumentException("plan " + plan + " has no axis " + name);
  }

  /** Value of a model parameter. */
  public long parameter(String name) {
    Long value = parameters.get(name);
    if (value == null) {
      throw new IllegalArgumentException("model " + model + " has no parameter " + name);
    }
    return value;
  }

  /** The same plan with an axis of another size. */
  public PlanValues withAxis(String name, int size) {
    axis(name);
    List<Axis> changed = new ArrayList<>();
    for (Axis axis : axes) {
      changed.add(axis.name().equals(name) ? new Axis(name, size) : axis);
    }
    Copy copy = new Copy(this);
    copy.axes = changed;
    return copy.values();
  }

  /** The same plan with another value of a model parameter. */
  public PlanValues withParameter(String name, long value) {
    parameter(name);
    Map<String, Long> changed = new LinkedHashMap<>(parameters);
    changed.put(name, value);
    Copy copy = new Copy(this);
    copy.parameters = changed;
    return copy.values();
  }

  /** The same plan with another batch. */
  public PlanValues withBatch(long newBatch, long newMicroBatch) {
    Copy copy = new Copy(this);
    copy.batch = newBatch;
    copy.microBatch = newMicroBatch;
    return copy.values();
  }

  /** The same plan under another pipeline schedule. */
  public PlanValues withSchedule(Schedule newSchedule) {
    Copy copy = new Copy(this);
    copy.schedule = newSchedule;
    return copy.values();
  }

  /** The same plan with another choice of what to recompute. */
  public PlanValues withRecompute(Recompute newRecompute) {
    Copy copy = new Copy(this);
    copy.recompute = newRecompute;
    return copy.values();
  }

  /** The same plan with its layers dealt out otherwise. */
  public PlanValues withStages(StageSplit newStages) {
    Copy copy = new Copy(this);
    copy.stages = newStages;
    return copy.values();
  }

  /** The same plan on another machine. */
  public PlanValues on(Cluster newCluster) {
    Copy copy = new Copy(this);
    copy.cluster = newCluster;
    return copy.values();
  }

  /** The same plan run by another engine. */
  public PlanValues under(Engine newEngine) {
    Copy copy = new Copy(this);
    copy.engine = newEngine;
    return copy.values();
  }

  /** The components of a plan, of which some are changed. */
  private static final class Copy {
    private final PlanValues of;
    private Map<String, Long> parameters;
    private List<Axis> axes;
    private long batch;
    private long microBatch;
    private Schedule schedule;
    private StageSplit stages;
    private Recompute recompute;
    private Cluster cluster;
    private Engine engine;

    Copy(PlanValues of) {
      this.of = of;
      this.parameters = of.parameters;
      this.axes = of.axes;
      this.batch = of.batch;
      this.microBatch = of.microBatch;
      this.schedule = of.schedule;
      this.stages = of.stages;
      this.recompute = of.recompute;
      this.cluster = of.cluster;
      this.engine = of.engine;
    }

    PlanValues values() {
      return new PlanValues(
          of.model,
          of.plan,
          parameters,
          axes,
          batch,
          microBatch,
          schedule,
          stages,
          recompute,
          of.optimizer,
          of.precision,
          cluster,
          engine);
    }
  }
}
