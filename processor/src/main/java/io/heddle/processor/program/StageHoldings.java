package io.heddle.processor.program;

import io.heddle.plan.Engine;
import io.heddle.plan.figure.EngineFigure;
import io.heddle.plan.schedule.InFlight;
import io.heddle.plan.schedule.Pipeline;
import io.heddle.plan.schedule.PipelineSchedule;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What a rank of a stage holds, whatever the order of its passes, and what one micro-batch keeps
 * there; in bytes. Steps of any number of micro-batches have it in common.
 *
 * @param cache what inference keeps of the tokens of all batches on their way through the pipeline
 * @param again what one layer has for the time of its backward pass, after recomputation
 * @param transients what lives within that pass only
 * @param transientsOfHead the same of the head's backward pass; 0 where there is no head
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
    List<Chunk> chunks) {
  StageHoldings {
    chunks = List.copyOf(chunks);
  }

  /**
   * What one pass through a chunk keeps.
   *
   * @param layers of them, and of the embedding before them
   * @param layersPlain the same if nothing were computed again
   * @param hasHead whether the head stands behind them
   * @param head the head behind them: the logits, mostly
   * @param held what is left between the two parts of the backward pass
   */
  record Chunk(long layers, long layersPlain, boolean hasHead, long head, long held) {}

  /**
   * What the rank holds when it holds most: the schedule is replayed.
   *
   * @throws ArithmeticException if a number does not fit into 63 bits
   */
  StageMemory in(int stage, PipelineSchedule schedule, Pipeline pipeline, Engine engine) {
    double unfused = engine.value(EngineFigure.MEMORY_ACTIVATIONS);
    InFlight inFlight =
        schedule.fullest(
            stage,
            pipeline,
            chunk ->
                Math.addExact(
                    PassMemory.rounded(unfused * chunks.get(chunk).layers()),
                    chunks.get(chunk).head()),
            chunk -> chunks.get(chunk).held(),
            chunk -> within(chunks.get(chunk)));
    long kept = 0;
    long plain = 0;
    long head = 0;
    long pending = 0;
    for (int c = 0; c < chunks.size(); c++) {
      Chunk chunk = chunks.get(c);
      int passes = inFlight.forBackward().get(c);
      kept = Math.addExact(kept, Math.multiplyExact(chunk.layers(), passes));
      plain = Math.addExact(plain, Math.multiplyExact(chunk.layersPlain(), passes));
      head = Math.addExact(head, Math.multiplyExact(chunk.head(), passes));
      int left = inFlight.forWeights().get(c);
      pending = Math.addExact(pending, Math.multiplyExact(chunk.held(), left));
    }
    Optional<Chunk> running =
        schedule.hasBackward() ? inFlight.running().map(chunks::get) : fullestForward();
    boolean isInHead = running.filter(this::isFullestInHead).isPresent();
    boolean isInLayer = running.isPresent() && !isInHead;
    if (isInLayer && schedule.hasBackward()) {
      head -= running.get().head();
    }
    StageMemory tensors =
        new StageMemory(
            stage,
            schedule.mostInFlight(stage, pipeline, chunk -> 1),
            weights,
            gradients,
            optimizer,
            cache,
            PassMemory.rounded(unfused * kept),
            head,
            pending,
            isInLayer ? again : 0,
            isInHead ? transientsOfHead : isInLayer ? transients : 0,
            0,
            plain - kept);
    double share = engine.value(EngineFigure.MEMORY_ALLOCATOR);
    double buffers = engine.value(EngineFigure.MEMORY_BUFFERS);
    return tensors.with(PassMemory.rounded(share * tensors.allocated() + buffers));
  }

  /** A step without backward passes keeps nothing: the chunk whose pass has most itself. */
  private Optional<Chunk> fullestForward() {
    return chunks.stream().max(Comparator.comparingLong(this::within));
  }

  /**
   * What the backward pass through a chunk has beside what is kept. The head is first, and what it
   * kept is freed before the layers.
   */
  private long within(Chunk chunk) {
    return isFullestInHead(chunk)
        ? transientsOfHead
        : Math.addExact(again, transients) - chunk.head();
  }

  /** Whether the backward pass through a chunk has most in the head, whose share is freed then. */
  private boolean isFullestInHead(Chunk chunk) {
    return chunk.hasHead()
        && Math.addExact(chunk.head(), transientsOfHead) >= Math.addExact(again, transients);
  }
}
