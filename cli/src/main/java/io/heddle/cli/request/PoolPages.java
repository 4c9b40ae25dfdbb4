package io.heddle.cli.request;

import io.heddle.cli.failure.Failure;
import io.heddle.plan.serving.BatchPolicy;
import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.model.Inference;
import io.heddle.processor.model.Serving;
import io.heddle.processor.program.StageMemory;

/**
 * The cache of a replica: pages that weights and the largest step leave room for. Batches that are
 * in work at the same time have as many each.
 *
 * @param count of pages of a batch
 * @param batches in work at a time
 * @param bytes of a page of each batch, on the fullest rank
 * @param others bytes that the fullest rank holds besides
 */
record PoolPages(int count, int batches, long bytes, long others) {
  /**
   * The pages of a pool's replicas.
   *
   * @throws Failure if there is no room for one
   */
  static PoolPages of(PoolPlans plans, Serving.Batching batching, RequestLengths lengths) {
    int page = plans.page();
    long pagesOfLongest = Math.max(1, (lengths.longest() + page - 1) / page);
    long bytes = 0;
    long others = 0;
    for (PoolPlans.Steps steps : plans.all()) {
      int computed = steps.kind() == Inference.Kind.PREFILL ? 1 : plans.speculation().tokens();
      long pagesOfOne = Math.max(pagesOfLongest, (computed + page - 1) / page);
      Compiled one = steps.withOne(pagesOfOne * page - computed);
      bytes = Math.max(bytes, fullest(one).cache() / pagesOfOne);
      boolean isPrefill = steps.kind() == Inference.Kind.PREFILL;
      long largest = isPrefill ? promptTokens(batching, lengths) : sequences(plans, batching);
      StageMemory step = fullest(steps.withMany(largest));
      others = Math.max(others, step.peak() - step.cache());
    }
    // Memory is counted with a batch on each stage.
    int batches = plans.batches(batching);
    bytes = Math.multiplyExact(bytes, (long) batches) / plans.stages();
    if (batching.pages().isPresent()) {
      return new PoolPages(batching.pages().getAsInt() / batches, batches, bytes, others);
    }
    long memory = plans.device().memoryBytes();
    double share = batching.memory();
    long room = (long) (share * memory) - others;
    if (room < bytes) {
      throw Failure.wrongInput(
          ("%s: pool %s: %.1f %% of %,d bytes leave no room for a page of the cache: weights and"
                  + " the largest step take %,d")
              .formatted(batching.span(), plans.role().word(), 100 * share, memory, others));
    }
    int count = (int) Math.min(Integer.MAX_VALUE / 2, room / Math.max(1, bytes));
    return new PoolPages(count, batches, bytes, others);
  }

  /** Bytes of a page of one batch, on the fullest rank. */
  long pageBytes() {
    return bytes / batches;
  }

  /** Bytes of the cache of a replica, on the fullest rank. */
  long cacheBytes() {
    return Math.multiplyExact(bytes, (long) count);
  }

  /** Whether a number of pages that was given is more than a device has memory for. */
  boolean isTooLarge(PoolPlans plans) {
    return Math.addExact(cacheBytes(), others) > plans.device().memoryBytes();
  }

  private static StageMemory fullest(Compiled compiled) {
    return compiled
        .memory()
        .stages()
        .orElseThrow(() -> Failure.wrongInput("the memory of a step cannot be counted"))
        .get(0);
  }

  /** Sequences of a batch: each has its own part of them all. */
  static int sequences(PoolPlans plans, Serving.Batching batching) {
    return batching.sequences() / plans.batches(batching);
  }

  /** The most tokens of prompts in a step: static batches cut no prompt. */
  static int promptTokens(Serving.Batching batching, RequestLengths lengths) {
    return batching.policy() == BatchPolicy.STATIC
        ? Math.max(batching.tokens(), lengths.longestInput())
        : batching.tokens();
  }
}
