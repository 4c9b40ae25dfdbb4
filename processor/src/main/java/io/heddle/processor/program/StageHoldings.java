package io.heddle.processor.program;

import io.heddle.plan.Engine;
import io.heddle.plan.figure.EngineFigure;
import io.heddle.plan.schedule.InFlight;
import io.heddle.plan.schedule.Pipeline;
import io.heddle.plan.schedule.PipelineSchedule;
import java.util.List;

/**
 * What a rank of a stage holds, whatever the order of its passes, and what one micro-batch keeps
 * there; in bytes. Steps of any number of micro-batches have it in common.
 *
 * @param cache what inference keeps of the tokens of all batches on their way through the pipeline
 * @param again what one layer has for the time of its backward pass, after recomputation
 * @param transients what lives within that pass only
 * @param transientsOfHead the same of the head's backward pass; 0 where there is no head
 * @param hasHead whether it has the head
 * @param chunks in their order
 */
record StageHoldings(
    long weights,
    long gradients,
    long optimizer,
    long cache,
    long again,
    long transients,
    long transientsOfHead,
    boolean hasHead,
    List<Chunk> chunks) {
  StageHoldings {
    chunks = List.copyOf(chunks);
  }

  /**
   * What one pass through a chunk keeps.
   *
   * @param layers of them, and of the embedding before them
   * @param layersPlain the same if nothing were computed again
   * @param head the head behind them: the logits, mostly
   * @param held what is left between the two parts of the backward pass
   */
  record Chunk(long layers, long layersPlain, long head, long held) {}

  /**
   * What the rank holds when it holds most: the schedule is replayed.
   *
   * @throws ArithmeticException if a number does not fit into 63 bits
   */
  StageMemory in(int stage, PipelineSchedule schedule, Pipeline pipeline, Engine engine) {
    InFlight inFlight =
        schedule.fullest(
            stage,
            pipeline,
            chunk -> Math.addExact(chunks.get(chunk).layers(), chunks.get(chunk).head()),
            chunk -> chunks.get(chunk).held());
    long kept = 0;
    long plain = 0;
    long head = 0;
    long pending = 0;
    long ofOneHead = 0;
    for (int c = 0; c < chunks.size(); c++) {
      Chunk chunk = chunks.get(c);
      int passes = inFlight.forBackward().get(c);
      kept = Math.addExact(kept, Math.multiplyExact(chunk.layers(), passes));
      plain = Math.addExact(plain, Math.multiplyExact(chunk.layersPlain(), passes));
      head = Math.addExact(head, Math.multiplyExact(chunk.head(), passes));
      int left = inFlight.forWeights().get(c);
      pending = Math.addExact(pending, Math.multiplyExact(chunk.held(), left));
      ofOneHead = Math.max(ofOneHead, chunk.head());
    }
    boolean isInHead =
        hasHead && Math.addExact(ofOneHead, transientsOfHead) >= Math.addExact(again, transients);
    if (hasHead && !isInHead) {
      head = Math.max(0, head - ofOneHead);
    }
    StageMemory tensors =
        new StageMemory(
            stage,
            schedule.mostInFlight(stage, pipeline, chunk -> 1),
            weights,
            gradients,
            optimizer,
            cache,
            PassMemory.rounded(engine.value(EngineFigure.MEMORY_ACTIVATIONS) * kept),
            head,
            pending,
            isInHead ? 0 : again,
            isInHead ? transientsOfHead : transients,
            0,
            plain - kept);
    double share = engine.value(EngineFigure.MEMORY_ALLOCATOR);
    double buffers = engine.value(EngineFigure.MEMORY_BUFFERS);
    return tensors.with(PassMemory.rounded(share * tensors.allocated() + buffers));
  }
}
