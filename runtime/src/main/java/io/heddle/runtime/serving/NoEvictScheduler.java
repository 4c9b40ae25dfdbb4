package io.heddle.runtime.serving;

import io.heddle.plan.serving.Role;

/**
 * As TensorRT-LLM schedules under {@code GUARANTEED_NO_EVICT}: a request is admitted if there are
 * pages for all of it to its last token, beside what those that run take yet. In a step those that
 * decode come first, then prompts in order, cut at the budget.
 */
final class NoEvictScheduler extends Scheduler {
  NoEvictScheduler(Requests requests, RequestLog log, BatchLimits limits, Role role) {
    super(requests, log, limits, role, false);
  }

  @Override
  void plan(StepSums sums, long now) {
    int budget = InflightSteps.plan(this, sums);
    long reserved = 0;
    for (int slot = 0; slot < running; slot++) {
      reserved += pagesToTheEnd(ids[slot]) - pages(slot);
    }
    while (!waiting.isEmpty() && budget > 0 && running < limits.sequences()) {
      int request = waiting.first();
      int later = pagesToTheEnd(request) - limits.pagesFor(tokens(request));
      int tokens = admit(running, budget, true, reserved + later, now);
      if (tokens == 0) {
        return;
      }
      schedule(running - 1, tokens, sums);
      budget -= tokens;
      reserved += later;
    }
  }

  @Override
  int pagesToDecode(int request, int tokens) {
    return pagesToTheEnd(request);
  }

  /** Pages that a request takes when it has drawn its last token. */
  private int pagesToTheEnd(int request) {
    return limits.pagesFor(role == Role.PREFILL ? tokens(request) : lastToken(request));
  }
}
