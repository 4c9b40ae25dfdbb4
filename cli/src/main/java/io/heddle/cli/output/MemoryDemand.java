package io.heddle.cli.output;

import io.heddle.processor.program.CacheRoom;
import io.heddle.processor.program.StageMemory;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the ranks of a plan hold in memory, and what they have.
 *
 * @param stages at least one, in order
 * @param device of every rank
 * @param capacity of its memory, in bytes
 * @param cache what the cache of a step of inference has room for; null for any other plan
 */
public record MemoryDemand(
    List<StageMemory> stages, String device, long capacity, @Nullable CacheRoom cache) {
  /** Of a plan without a cache. */
  public MemoryDemand(List<StageMemory> stages, String device, long capacity) {
    this(stages, device, capacity, null);
  }

  public MemoryDemand {
    stages = List.copyOf(stages);
  }

  /** The stage that holds most. */
  public StageMemory most() {
    return Collections.max(stages, Comparator.comparingLong(StageMemory::peak));
  }

  /** Whether its device has as much. */
  public boolean fits() {
    return most().peak() <= capacity;
  }
}
