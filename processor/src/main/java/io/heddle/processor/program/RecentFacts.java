package io.heddle.processor.program;

import io.heddle.plan.PlanValues;
import io.heddle.processor.model.PlanNumbers;
import java.util.Set;

/**
 * What was found of plans that were asked for lately. Points of a sweep that differ in their batch,
 * or in the order of the axes of their mesh, have it in common. Used by several threads.
 */
public final class RecentFacts {
  /** Stages of plans of which something is known; a plan of few counts as one of some. */
  private static final long MOST_STAGES = 1 << 16;

  private static final long FEW_STAGES = 16;

  private final Recent<Key, Known> known =
      new Recent<>(MOST_STAGES, found -> Math.max(FEW_STAGES, found.stages()));

  private record Known(ProgramFacts facts, long stages) {}

  /** A program, which is itself alone, with the values of a plan but for its batch. */
  private record Key(RankProgram program, PlanValues values) {
    /** No two programs are one, whatever they do: to compare them would take longer. */
    @Override
    @SuppressWarnings("ReferenceEquality")
    public boolean equals(Object other) {
      return other instanceof Key key && key.program == program && haveAllButBatch(key.values);
    }

    private boolean haveAllButBatch(PlanValues others) {
      return values.microBatch() == others.microBatch()
          && Set.copyOf(values.axes()).equals(Set.copyOf(others.axes()))
          && values.parameters().equals(others.parameters())
          && values.schedule().equals(others.schedule())
          && values.stages().equals(others.stages())
          && values.recompute().equals(others.recompute())
          && values.optimizer().equals(others.optimizer())
          && values.precision().equals(others.precision())
          && values.cluster().equals(others.cluster())
          && values.engine().equals(others.engine());
    }

    /** Of what differs most: a plan has far more values. */
    @Override
    public int hashCode() {
      int axes = 0;
      for (var axis : values.axes()) {
        axes += axis.hashCode();
      }
      int numbers = 31 * Long.hashCode(values.microBatch()) + values.parameters().hashCode();
      return 31 * (31 * System.identityHashCode(program) + axes) + numbers;
    }
  }

  /**
   * What is known of a plan, to which more may be added.
   *
   * @param program of the plan, or one that is the same but for the order of the mesh
   */
  public ProgramFacts of(RankProgram program, PlanNumbers numbers) {
    Key key = new Key(program, numbers.values());
    return known
        .get(key)
        .orElseGet(
            () -> {
              Known made = new Known(new ProgramFacts(), numbers.stages(program.plan()));
              known.put(key, made);
              return made;
            })
        .facts();
  }
}
