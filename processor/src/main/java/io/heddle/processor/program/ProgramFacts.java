package io.heddle.processor.program;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What was found of plans that differ in nothing but their batch, and in the order of their mesh.
 * Used by several threads.
 */
public final class ProgramFacts {
  /** Numbers of micro-batches for which it is kept what ranks hold. */
  static final int MOST_MEMORIES = 8;

  private final Recent<Long, Optional<List<StageMemory>>> memories = new Recent<>(MOST_MEMORIES);
  private final FullPipelines pipelines;
  private @Nullable List<StageHoldings> holdings;
  private volatile boolean sound;

  /**
   * Of plans of which nothing is known.
   *
   * @param pipelines that they share with others
   */
  ProgramFacts(FullPipelines pipelines) {
    this.pipelines = pipelines;
  }

  /** Short pipelines whose stages hold as much as those of long ones. */
  FullPipelines pipelines() {
    return pipelines;
  }

  /**
   * What the ranks of each stage hold, however many micro-batches there are.
   *
   * @param made works it out
   */
  synchronized List<StageHoldings> holdings(Supplier<List<StageHoldings>> made) {
    if (holdings == null) {
      holdings = List.copyOf(made.get());
    }
    return holdings;
  }

  /**
   * What ranks hold.
   *
   * @param microBatches as few as hold as much as those of the plan
   * @param memory works it out
   */
  Optional<List<StageMemory>> memory(
      long microBatches, Supplier<Optional<List<StageMemory>>> memory) {
    return memories
        .get(microBatches)
        .orElseGet(
            () -> {
              Optional<List<StageMemory>> made = memory.get();
              memories.put(microBatches, made);
              return made;
            });
  }

  /** Whether checks of a micro-batch have found nothing. */
  public boolean isSound() {
    return sound;
  }

  /** They have found nothing. */
  public void setSound() {
    sound = true;
  }
}
