package io.heddle.runtime.mode;

import io.heddle.plan.PlanValues;
import io.heddle.plan.mesh.Axis;
import io.heddle.runtime.pipeline.PipelineFlattener;
import io.heddle.runtime.report.StepProgress;
import io.heddle.runtime.report.StepReport;
import io.heddle.runtime.report.UnfinishedStepException;
import io.heddle.runtime.simulate.SimulationOptions;
import io.heddle.runtime.trace.Emission;
import io.heddle.runtime.trace.Flattener;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Steps of many plans in one mode. How many micro-batches a step has is of no account to what one
 * of them comes to: in mode {@link Mode#ANALYTICAL}, plans that differ in nothing but their batch
 * share that, and so do those whose meshes differ in the place of an axis of one rank. Used by
 * several threads.
 */
public final class ManySteps {
  /** Stages whose parts are kept, of the plans asked for last. */
  private static final int MOST_STAGES = 2048;

  /** Ranks of their meshes: each stands in a list. */
  private static final long MOST_RANKS = 1 << 22;

  private final Mode mode;
  private final SimulationOptions options;
  private final Map<Key, ComputedStep.Parts> known = new LinkedHashMap<>(16, 0.75f, true);
  private int stages;
  private long ranks;

  /** In a mode. */
  public ManySteps(Mode mode, SimulationOptions options) {
    this.mode = mode;
    this.options = options;
  }

  /**
   * All that micro-batches depend on.
   *
   * @param plan as {@link #alike} has it
   */
  private record Key(Object program, PlanValues plan, Emission emission, int walked) {
    /** Of what differs most: a plan has far more values. */
    @Override
    public int hashCode() {
      return Objects.hash(
          System.identityHashCode(program),
          plan.axes(),
          plan.microBatch(),
          plan.parameters(),
          plan.schedule(),
          plan.cluster().dimensions(),
          walked);
    }
  }

  /** As {@link ModeSimulation#run(Flattener, Mode, SimulationOptions, StepProgress)}. */
  public StepReport run(Flattener flattener, StepProgress progress) throws UnfinishedStepException {
    return ModeSimulation.run(flattener, mode, Simplification.NONE, options, progress, this::parts);
  }

  private ComputedStep.Parts parts(
      PipelineFlattener flattener, Emission emission, StepProgress progress) {
    Turns turns = Turns.of(flattener);
    Key key =
        new Key(flattener.pipeline().program(), alike(flattener.plan()), emission, turns.walked());
    ComputedStep.Parts parts;
    synchronized (known) {
      parts = known.get(key);
    }
    if (parts == null) {
      parts = ComputedStep.Parts.byFormula(flattener, emission, progress);
      keep(key, parts);
    }
    return parts.in(turns);
  }

  /**
   * The values without their batch. Axes of one rank come last, in the order of their names: they
   * are of no account to where ranks lie.
   */
  private static PlanValues alike(PlanValues plan) {
    List<Axis> axes = new ArrayList<>();
    List<Axis> ofOne = new ArrayList<>();
    plan.axes().forEach(axis -> (axis.size() > 1 ? axes : ofOne).add(axis));
    ofOne.sort(Comparator.comparing(Axis::name));
    axes.addAll(ofOne);
    return new PlanValues(
        plan.model(),
        plan.plan(),
        plan.parameters(),
        axes,
        0,
        plan.microBatch(),
        plan.schedule(),
        plan.stages(),
        plan.recompute(),
        plan.optimizer(),
        plan.precision(),
        plan.cluster(),
        plan.engine());
  }

  private void keep(Key key, ComputedStep.Parts parts) {
    synchronized (known) {
      if (known.put(key, parts) == null) {
        count(parts, 1);
      }
      Iterator<ComputedStep.Parts> eldest = known.values().iterator();
      while ((stages > MOST_STAGES || ranks > MOST_RANKS) && known.size() > 1) {
        count(eldest.next(), -1);
        eldest.remove();
      }
    }
  }

  private void count(ComputedStep.Parts parts, int times) {
    stages += times * parts.walks().size();
    ranks += (long) times * parts.stages().allRanks();
  }
}
