package io.heddle.plan;

import io.heddle.plan.marker.Api;
import io.heddle.plan.mesh.Axis;
import io.heddle.plan.mesh.Mesh;
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

  /** The mesh with these axes. */
  public Mesh mesh() {
    return new Mesh(axes);
  }

  /** Size of an axis of the mesh, at least 1. */
  public long axis(String name) {
    for (Axis axis : axes) {
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
    return new PlanValues(
        model,
        plan,
        parameters,
        changed,
        batch,
        microBatch,
        schedule,
        stages,
        recompute,
        optimizer,
        precision,
        cluster,
        engine);
  }

  /** The same plan with another value of a model parameter. */
  public PlanValues withParameter(String name, long value) {
    parameter(name);
    Map<String, Long> changed = new LinkedHashMap<>(parameters);
    changed.put(name, value);
    return new PlanValues(
        model,
        plan,
        changed,
        axes,
        batch,
        microBatch,
        schedule,
        stages,
        recompute,
        optimizer,
        precision,
        cluster,
        engine);
  }

  /** The same plan with another batch. */
  public PlanValues withBatch(long newBatch, long newMicroBatch) {
    return new PlanValues(
        model,
        plan,
        parameters,
        axes,
        newBatch,
        newMicroBatch,
        schedule,
        stages,
        recompute,
        optimizer,
        precision,
        cluster,
        engine);
  }

  /** The same plan under another pipeline schedule. */
  public PlanValues withSchedule(Schedule newSchedule) {
    return new PlanValues(
        model,
        plan,
        parameters,
        axes,
        batch,
        microBatch,
        newSchedule,
        stages,
        recompute,
        optimizer,
        precision,
        cluster,
        engine);
  }

  /** The same plan with another choice of what to recompute. */
  public PlanValues withRecompute(Recompute newRecompute) {
    return new PlanValues(
        model,
        plan,
        parameters,
        axes,
        batch,
        microBatch,
        schedule,
        stages,
        newRecompute,
        optimizer,
        precision,
        cluster,
        engine);
  }

  /** The same plan with its layers dealt out otherwise. */
  public PlanValues withStages(StageSplit newStages) {
    return new PlanValues(
        model,
        plan,
        parameters,
        axes,
        batch,
        microBatch,
        schedule,
        newStages,
        recompute,
        optimizer,
        precision,
        cluster,
        engine);
  }

  /** The same plan on another machine. */
  public PlanValues on(Cluster newCluster) {
    return new PlanValues(
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
        newCluster,
        engine);
  }

  /** The same plan run by another engine. */
  public PlanValues under(Engine newEngine) {
    return new PlanValues(
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
        newEngine);
  }
}
