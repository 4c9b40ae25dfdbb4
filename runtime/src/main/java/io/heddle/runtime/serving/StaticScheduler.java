package io.heddle.runtime.serving;

import io.heddle.plan.serving.Role;

/**
 * Static batches: as many as wait, fit and are allowed are computed together, with pages to their
 * last tokens, and nobody else until all of them have ended. The first step computes all prompts;
 * those that end early go on being computed. Tokens are handed out as they are drawn.
 */
final class StaticScheduler extends Scheduler {
  /** Sequences of the batch that have ended, and what their caches would have. */
  private int ended;

  private long endedContext;

  StaticScheduler(Requests requests, RequestLog log, BatchLimits limits, Role role) {
    super(requests, log, limits, role, false);
  }

  @Override
  void plan(StepSums sums, long now) {
    if (running > 0) {
      for (int slot = 0; slot < running; slot++) {
        int tokens = lacks(slot);
        grow(slot, tokens);
        schedule(slot, tokens, sums);
      }
      sums.addDecodes(ended, endedContext);
      endedContext += Math.round(ended * limits.speculation().expectedTokens());
      return;
    }
    ended = 0;
    endedContext = 0;
    long later = 0;
    int budget = limits.tokens();
    while (!waiting.isEmpty() && running < limits.sequences()) {
      int request = waiting.first();
      int lacks = tokens(request) - cachedTokens(request);
      int more = limits.pagesFor(lastToken(request)) - limits.pagesFor(tokens(request));
      if ((running > 0 && lacks > budget) || admit(running, lacks, true, later + more, now) == 0) {
        return;
      }
      schedule(running - 1, lacks, sums);
      budget -= lacks;
      later += more;
    }
  }

  @Override
  void ended(int slot) {
    super.ended(slot);
    ended++;
    endedContext += known[slot] - 1;
  }
}
