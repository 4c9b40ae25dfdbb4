package io.heddle.cli.memory;

import io.heddle.cli.failure.Failure;
import io.heddle.cli.load.TooLarge;
import io.heddle.cli.output.MemoryDemand;
import io.heddle.plan.Device;
import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.program.CacheRoom;
import io.heddle.processor.program.StageMemory;
import java.util.List;
import java.util.Optional;

/** What the ranks of a plan hold in memory. */
public final class PlanMemory {
  private PlanMemory() {}

  /**
   * What the ranks of each stage hold.
   *
   * @throws Failure if the schedule or its numbers are too large
   */
  public static MemoryDemand of(Compiled compiled) {
    Device device = compiled.numbers().values().cluster().device();
    CacheRoom cache =
        compiled.plan().inference() == null
            ? null
            : new CacheRoom(compiled.program(), compiled.numbers());
    return new MemoryDemand(stages(compiled), device.name(), device.memoryBytes(), cache);
  }

  /** As {@link #of}; empty where it is too large to be counted. */
  public static Optional<MemoryDemand> ifCountable(Compiled compiled) {
    try {
      return Optional.of(of(compiled));
    } catch (Failure tooLarge) {
      return Optional.empty();
    }
  }

  private static List<StageMemory> stages(Compiled compiled) {
    String plan = compiled.plan().name();
    try {
      return compiled
          .memory()
          .stages()
          .orElseThrow(
              () ->
                  Failure.wrongInput(
                      "plan %s has too many micro-batches, stages and chunks: take a smaller batch"
                          .formatted(plan)));
    } catch (ArithmeticException e) {
      throw TooLarge.failure(plan);
    }
  }
}
