package io.heddle.cli;

import io.heddle.cli.PlanSelection.Selected;
import io.heddle.cli.failure.Exit;
import io.heddle.cli.failure.Failure;
import io.heddle.cli.load.Binding;
import io.heddle.cli.load.Settings;
import io.heddle.cli.load.TooLarge;
import io.heddle.cli.output.MemoryJson;
import io.heddle.cli.output.MemoryTable;
import io.heddle.cli.output.StageMemory;
import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.local.MemoryEstimate;
import io.heddle.processor.model.Cluster;
import io.heddle.processor.model.Plan;
import io.heddle.runtime.plan.Recompute;
import io.heddle.runtime.schedule.PipelineSchedule;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Prints what the ranks of each stage hold in memory. */
@Command(
    name = "memory",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Print what a rank of each pipeline stage holds in memory when it holds most, and of what.",
      "",
      "Counted are weights, gradients, states of the optimizer, and what the backward pass reads of"
          + " the forward pass; not what lives only within a pass.",
      ""
    })
final class MemoryCommand implements Callable<Integer> {
  private static final long MOST_PASSES = 1 << 22;
  private static final BigDecimal MOST_BYTES = BigDecimal.valueOf(Long.MAX_VALUE);

  @Spec private CommandSpec spec;
  @Mixin private PlanSelection selection = new PlanSelection();

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() {
    Optional<Selected> selected = selection.selectOnAnyMachine(spec.commandLine().getErr());
    if (selected.isEmpty()) {
      return Exit.WRONG_INPUT;
    }
    Compiled compiled = selected.get().compiled();
    Plan plan = compiled.plan();
    List<StageMemory> stages = stages(compiled, selected.get().settings());
    Cluster.Device device = plan.cluster().device();
    long capacity = device.memoryBytes().min(MOST_BYTES).longValue();
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      MemoryJson.print(out, plan.model().name(), plan.name(), stages, device.name(), capacity);
    } else {
      out.print(MemoryTable.of(plan.name(), stages, device.name(), capacity));
    }
    return Exit.OK;
  }

  private static MemoryEstimate estimate(Compiled compiled, Settings settings) {
    return settings
        .recompute()
        .map(recompute -> recompute.extent() == Recompute.Extent.FULL)
        .map(full -> new MemoryEstimate(compiled.program(), compiled.numbers(), full, false))
        .orElseGet(() -> new MemoryEstimate(compiled.program(), compiled.numbers()));
  }

  private static List<StageMemory> stages(Compiled compiled, Settings settings) {
    Plan plan = compiled.plan();
    long microBatches = compiled.numbers().microBatches(plan);
    try {
      MemoryEstimate estimate = estimate(compiled, settings);
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
