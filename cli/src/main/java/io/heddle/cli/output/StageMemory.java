package io.heddle.cli.output;

import io.heddle.plan.schedule.InFlight;
import io.heddle.plan.schedule.PipelineSchedule;
import io.heddle.processor.local.MemoryEstimate;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToLongFunction;

/**
 * What a rank of a stage holds when it holds most, in bytes.
 *
 * @param inFlight passes through a chunk of layers that wait for their backward pass
 * @param activations what these keep, without the head
 * @param head what the head keeps of them: the logits, mostly
 * @param pending what those passes hold of which the gradients of weights are left
 * @param again what one layer has for the time of its backward pass, after recomputation
 * @param spared what recomputation spares of {@code activations}
 */
public record StageMemory(
    int stage,
    long inFlight,
    long weights,
    long gradients,
    long optimizer,
    long activations,
    long head,
    long pending,
    long again,
    long spared) {
  /** The sum of the parts. */
  public long peak() {
    return Math.addExact(
        Math.addExact(Math.addExact(weights, gradients), Math.addExact(optimizer, activations)),
        Math.addExact(Math.addExact(head, pending), again));
  }

  /**
   * All stages of a plan, in order.
   *
   * @throws ArithmeticException if a number does not fit into 63 bits
   */
  public static List<StageMemory> of(
      MemoryEstimate estimate, PipelineSchedule schedule, int microBatches) {
    List<StageMemory> all = new ArrayList<>();
    for (int i = 0; i < estimate.stages(); i++) {
      int stage = i;
      int stages = estimate.stages();
      int chunks = estimate.chunks();
      long passes = schedule.mostInFlight(stage, stages, microBatches, chunks, chunk -> 1);
      InFlight inFlight =
          schedule.fullest(
              stage,
              stages,
              microBatches,
              chunks,
              chunk -> Math.addExact(estimate.chunk(stage, chunk), estimate.head(stage, chunk)),
              chunk -> estimate.held(stage, chunk));
      long kept = sum(inFlight.forBackward(), chunk -> estimate.chunk(stage, chunk));
      all.add(
          new StageMemory(
              stage,
              passes,
              estimate.weights(stage),
              estimate.gradients(stage),
              estimate.optimizer(stage),
              kept,
              sum(inFlight.forBackward(), chunk -> estimate.head(stage, chunk)),
              sum(inFlight.forWeights(), chunk -> estimate.held(stage, chunk)),
              estimate.again(stage),
              sum(inFlight.forBackward(), chunk -> estimate.chunkWithoutRecomputation(stage, chunk))
                  - kept));
    }
    return all;
  }

  private static long sum(List<Integer> passes, IntToLongFunction each) {
    long sum = 0;
    for (int chunk = 0; chunk < passes.size(); chunk++) {
      sum = Math.addExact(sum, Math.multiplyExact(each.applyAsLong(chunk), passes.get(chunk)));
    }
    return sum;
  }
}
