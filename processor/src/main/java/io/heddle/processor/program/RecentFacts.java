package io.heddle.processor.program;

import io.heddle.plan.PlanValues;
import io.heddle.processor.model.PlanNumbers;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What was found of programs with numbers that were asked for lately, where how many micro-batches
 * there are does not matter: points of a sweep that differ in their batch have it in common. Used
 * by several threads.
 */
public final class RecentFacts {
  private static final int MOST = 4096;

  /** Stages of which it is known what their ranks hold. */
  private static final long MOST_STAGES = 1 << 16;

  private final Recent<Key, Optional<List<StageMemory>>> memories =
      new Recent<>(MOST_STAGES, stages -> stages.map(List::size).orElse(1));

  private final Recent<Key, Boolean> sound = new Recent<>(MOST);

  /** A program, which is itself alone, with the values of a plan. */
  private record Key(int identity, RankProgram program, PlanValues values) {
    Key(RankProgram program, PlanValues values) {
      this(System.identityHashCode(program), program, values);
    }

    /** No two programs are one, whatever they do: to compare them would take longer. */
    @Override
    @SuppressWarnings("ReferenceEquality")
    public boolean equals(Object other) {
      return other instanceof Key key && key.program == program && key.values.equals(values);
    }

    @Override
    public int hashCode() {
      return 31 * identity + values.hashCode();
    }
  }

  /**
   * What ranks hold.
   *
   * @param numbers with as few micro-batches as hold as much
   * @param memory works it out
   */
  Optional<List<StageMemory>> memory(
      RankProgram program, PlanNumbers numbers, Supplier<Optional<List<StageMemory>>> memory) {
    Key key = new Key(program, numbers.values());
    return memories
        .get(key)
        .orElseGet(
            () -> {
              Optional<List<StageMemory>> made = memory.get();
              memories.put(key, made);
              return made;
            });
  }

  /**
   * Whether checks of a micro-batch have found nothing.
   *
   * @param numbers with one micro-batch
   */
  public boolean isSound(RankProgram program, PlanNumbers numbers) {
    return sound.get(new Key(program, numbers.values())).isPresent();
  }

  /** They have found nothing. */
  public void addSound(RankProgram program, PlanNumbers numbers) {
    sound.put(new Key(program, numbers.values()), true);
  }
}
