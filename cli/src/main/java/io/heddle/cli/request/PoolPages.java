package io.heddle.cli.request;

import io.heddle.cli.failure.Failure;
import io.heddle.plan.serving.BatchPolicy;
import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.model.Inference;
import io.heddle.processor.model.Serving;
import io.heddle.processor.program.StageMemory;

/**
 * The cache of a replica: pages that weights and the largest step leave room for. A pipeline has as
 * many batches in work as it has stages, whose pages these are each.
 *
 * @param count of pages
 * @param bytes of a page, on the fullest rank
 * @param others bytes that the fullest rank holds besides
 */
record PoolPages(int count, long bytes, long others) {
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
    if (batching.pages().isPresent()) {
      int ofBatch = Math.max(1, batching.pages().getAsInt() / plans.stages());
      return new PoolPages(ofBatch, bytes, others);
    }
    long memory = plans.any().numbers().values().cluster().device().memoryBytes();
    double share = batching.memory();
    long room = (long) (share * memory) - others;
    if (room < bytes) {
      throw Failure.wrongInput(
          ("pool %s: %.1f %% of %,d bytes leave no room for a page of the cache: weights and the"
                  + " largest step take %,d")
              .formatted(plans.role().word(), 100 * share, memory, others));
    }
    return new PoolPages(
        (int) Math.min(Integer.MAX_VALUE / 2, room / Math.max(1, bytes)), bytes, others);
  }

  private static StageMemory fullest(Compiled compiled) {
    return compiled
        .memory()
        .stages()
        .orElseThrow(() -> Failure.wrongInput("the memory of a step cannot be counted"))
        .get(0);
  }

  /** Sequences of a batch: each stage of a pipeline has one, and its own part of them all. */
  static int sequences(PoolPlans plans, Serving.Batching batching) {
    return Math.max(1, batching.sequences() / plans.stages());
  }

  /** The most tokens of prompts in a step: static batches cut no prompt. */
  static int promptTokens(Serving.Batching batching, RequestLengths lengths) {
    return batching.policy() == BatchPolicy.STATIC
        ? Math.max(batching.tokens(), lengths.longestInput())
        : batching.tokens();
  }
}
