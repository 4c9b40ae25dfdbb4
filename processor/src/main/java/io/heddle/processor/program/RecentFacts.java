package io.heddle.processor.program;

import io.heddle.plan.PlanValues;
import io.heddle.plan.mesh.Axis;
import io.heddle.processor.model.PlanNumbers;
import java.util.Comparator;
import java.util.Objects;

/**
 * What was found of plans that were asked for lately. Points of a sweep that differ in their batch,
 * or in the order of the axes of their mesh, have it in common. Used by several threads.
 */
public final class RecentFacts {
  /**
   * Stages of plans of which something is known, each as often as what it holds may be kept; a plan
   * of few counts as one of some.
   */
  private static final long MOST_STAGES = 1 << 18;

  private static final long FEW_STAGES = 64;

  private final Recent<Key, Known> known =
      new Recent<>(
          MOST_STAGES, found -> Math.max(FEW_STAGES, ProgramFacts.MOST_MEMORIES * found.stages()));

  private final FullPipelines pipelines = new FullPipelines();

  private record Known(ProgramFacts facts, long stages) {}

  /** A program, which is itself alone, with the values of a plan as {@link #alike} has them. */
  private record Key(RankProgram program, PlanValues values) {
    /** No two programs are one, whatever they do: to compare them would take longer. */
    @Override
    @SuppressWarnings("ReferenceEquality")
    public boolean equals(Object other) {
      return other instanceof Key key && key.program == program && key.values.equals(values);
    }

    /** Of what differs most: a plan has far more values. */
    @Override
    public int hashCode() {
      return Objects.hash(
          System.identityHashCode(program),
          values.axes(),
          values.microBatch(),
          values.parameters(),
          values.schedule(),
          values.cluster().dimensions());
    }
  }

  /** The values without their batch, and with the axes of the mesh in one order. */
  private static PlanValues alike(PlanValues values) {
    return new PlanValues(
        values.model(),
        values.plan(),
        values.parameters(),
        values.axes().stream().sorted(Comparator.comparing(Axis::name)).toList(),
        0,
        values.microBatch(),
        values.schedule(),
        values.stages(),
        values.recompute(),
        values.optimizer(),
        values.precision(),
        values.cluster(),
        values.engine());
  }

  /**
   * What is known of a plan, to which more may be added.
   *
   * @param program of the plan, or one that is the same but for the order of the mesh
   */
  public ProgramFacts of(RankProgram program, PlanNumbers numbers) {
    Key key = new Key(program, alike(numbers.values()));
    return known
        .get(key)
        .orElseGet(
            () -> {
              Known made = new Known(new ProgramFacts(pipelines), numbers.stages(program.plan()));
              known.put(key, made);
              return made;
            })
        .facts();
  }
}
