package io.heddle.cli.memory;

import io.heddle.cli.failure.Failure;
import io.heddle.cli.load.Binding;
import io.heddle.cli.load.TooLarge;
import io.heddle.cli.output.MemoryDemand;
import io.heddle.cli.output.StageMemory;
import io.heddle.plan.schedule.PipelineSchedule;
import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.local.MemoryEstimate;
import io.heddle.processor.model.Cluster;
import io.heddle.processor.model.Plan;
import java.math.BigDecimal;
import java.util.List;

/** What the ranks of a plan hold in memory. */
public final class PlanMemory {
  private static final long MOST_PASSES = 1 << 22;
  private static final BigDecimal MOST_BYTES = BigDecimal.valueOf(Long.MAX_VALUE);

  private PlanMemory() {}

  /**
   * What the ranks of each stage hold.
   *
   * @throws Failure if the schedule or its numbers are too large
   */
  public static MemoryDemand of(Compiled compiled) {
    Cluster.Device device = compiled.numbers().cluster().device();
    long capacity = device.memoryBytes().min(MOST_BYTES).longValue();
    return new MemoryDemand(stages(compiled), device.name(), capacity);
  }

  private static List<StageMemory> stages(Compiled compiled) {
    Plan plan = compiled.plan();
    long microBatches = compiled.numbers().microBatches(plan);
    try {
      MemoryEstimate estimate = new MemoryEstimate(compiled.program(), compiled.numbers());
      if (microBatches > MOST_PASSES / estimate.stages() / estimate.chunks()) {
        throw Failure.wrongInput(
            "plan %s has too many micro-batches, stages and chunks: take a smaller batch"
                .formatted(plan.name()));
      }
      PipelineSchedule schedule =
          PipelineSchedule.named(Binding.schedule(compiled).name()).orElseThrow();
      return StageMemory.of(estimate, schedule, Math.toIntExact(microBatches));
    } catch (ArithmeticException e) {
      throw TooLarge.failure(plan.name());
    }
  }
}
