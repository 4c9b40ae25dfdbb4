package io.heddle.cli.memory;

import io.heddle.cli.failure.Failure;
import io.heddle.cli.load.TooLarge;
import io.heddle.cli.output.MemoryDemand;
import io.heddle.plan.Device;
import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.program.StageMemory;
import java.util.List;

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
    return new MemoryDemand(stages(compiled), device.name(), device.memoryBytes());
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
