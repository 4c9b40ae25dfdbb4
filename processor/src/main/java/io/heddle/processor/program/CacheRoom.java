package io.heddle.processor.program;

import io.heddle.processor.model.Block;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Inference;
import io.heddle.processor.model.InferenceOperation;
import io.heddle.processor.model.Model;
import io.heddle.processor.model.Operation;
import io.heddle.processor.model.PlanNumbers;
import io.heddle.processor.model.Tensor;
import java.util.Objects;
import java.util.Optional;

/**
 * How much of a plan of inference a device has room for: what a step needs grows with the context
 * and the number of sequences, so that the largest that fit are found by halving.
 */
public final class CacheRoom {
  /** More tokens or sequences are not looked for. */
  private static final long MOST = 1L << 40;

  private final RankProgram program;
  private final PlanNumbers numbers;
  private final Inference inference;

  /** Of a plan of inference with these numbers. */
  public CacheRoom(RankProgram program, PlanNumbers numbers) {
    this.program = program;
    this.numbers = numbers;
    this.inference = Objects.requireNonNull(program.plan().inference());
  }

  /**
   * Bytes that the cache has for a token more of one sequence, in all layers and on all ranks that
   * share the sequence, each once. Layers that attend within a window have none for a token more
   * once it is full; here they count.
   */
  public long bytesOfToken() {
    long total = 0;
    for (Model.LayerKind kind : program.plan().model().layerKinds()) {
      long layers = numbers.layers().of(kind.number());
      for (Block block : kind.blocks()) {
        for (Operation operation : block.operations()) {
          if (operation instanceof InferenceOperation.Append append) {
            for (Tensor token : append.tokens()) {
              total = Math.addExact(total, Math.multiplyExact(layers, bytes(append, token)));
            }
          }
        }
      }
    }
    return total;
  }

  private long bytes(InferenceOperation.Append append, Tensor token) {
    long bytes =
        inference.cacheFormat() == null
            ? numbers.values().precision().tensors().bytes()
            : inference.cacheFormat().bytes();
    for (Dim dim : token.dims()) {
      boolean counts = !dim.isOpen() && !dim.equals(append.over());
      bytes = counts ? Math.multiplyExact(bytes, numbers.dims().get(dim)) : bytes;
    }
    return bytes;
  }

  /**
   * The most tokens that the cache can have of each sequence before the step, with as many
   * sequences as the plan has; -1 where not even an empty cache fits.
   */
  public long longestContext() {
    return most(inference.context(), 0);
  }

  /**
   * Whether the most sequences can be said: those of a prefill divide its tokens, and are as many
   * as it is made for.
   */
  public boolean countsSequences() {
    return inference.kind().decodes();
  }

  /** The most sequences of a replica, with the plan's context; -1 where not even one fits. */
  public long mostSequences() {
    return most(inference.sequences(), 1);
  }

  private long most(String parameter, long least) {
    if (!fits(parameter, least)) {
      return -1;
    }
    long fits = least;
    long fails = Math.max(1, 2 * least);
    while (fails < MOST && fits(parameter, fails)) {
      fits = fails;
      fails *= 2;
    }
    while (fails - fits > 1) {
      long middle = fits + (fails - fits) / 2;
      if (fits(parameter, middle)) {
        fits = middle;
      } else {
        fails = middle;
      }
    }
    return fits;
  }

  private boolean fits(String parameter, long value) {
    Optional<PlanNumbers> changed = numbers.with(program.plan(), parameter, value);
    if (changed.isEmpty()) {
      return false;
    }
    try {
      long most =
          new MemoryEstimate(program, changed.get())
              .all().stream().mapToLong(StageMemory::peak).max().orElseThrow();
      return most <= numbers.values().cluster().device().memoryBytes();
    } catch (ArithmeticException tooLarge) {
      return false;
    }
  }
}
