package io.heddle.cli.output;

import io.heddle.processor.program.StageMemory;
import java.util.List;

/**
 * What the ranks of a plan hold in memory, and what they have.
 *
 * @param stages at least one, in order
 * @param device of every rank
 * @param capacity of its memory, in bytes
 */
public record MemoryDemand(List<StageMemory> stages, String device, long capacity) {
  public MemoryDemand {
    stages = List.copyOf(stages);
  }
}
