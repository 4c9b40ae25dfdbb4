package io.heddle.cli.output;

import io.heddle.processor.local.MemoryEstimate;
import io.heddle.runtime.schedule.PipelineSchedule;
import java.util.ArrayList;
import java.util.List;

/**
 * What a rank of a stage holds when it holds most, in bytes.
 *
 * @param inFlight passes through a chunk of layers that wait for their backward pass
 * @param activations what these keep, without the head
 * @param head what the head keeps of them: the logits, mostly
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
    long again,
    long spared) {
  /** The sum of the parts. */
  public long peak() {
    return Math.addExact(
        Math.addExact(Math.addExact(weights, gradients), Math.addExact(optimizer, activations)),
        Math.addExact(head, again));
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
      long inFlight = schedule.mostInFlight(stage, stages, microBatches, chunks, chunk -> 1);
      long kept =
          schedule.mostInFlight(
              stage, stages, microBatches, chunks, chunk -> estimate.chunk(stage, chunk));
      long plain =
          schedule.mostInFlight(
              stage,
              stages,
              microBatches,
              chunks,
              chunk -> estimate.chunkWithoutRecomputation(stage, chunk));
      long withHead =
          schedule.mostInFlight(
              stage,
              stages,
              microBatches,
              chunks,
              chunk -> Math.addExact(estimate.chunk(stage, chunk), estimate.head(stage, chunk)));
      all.add(
          new StageMemory(
              stage,
              inFlight,
              estimate.weights(stage),
              estimate.gradients(stage),
              estimate.optimizer(stage),
              kept,
              withHead - kept,
              estimate.again(stage),
              plain - kept));
    }
    return all;
  }
}
