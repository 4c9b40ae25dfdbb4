package io.heddle.runtime.serving;

import io.heddle.plan.serving.Role;

/**
 * As vLLM V1 schedules: first all that run, in order, each as many tokens as it lacks; then those
 * that wait, until tokens, sequences or pages are used up. What has no page preempts the last that
 * runs, which goes back to the front of the queue and is computed again; a step that preempts
 * admits nobody. Prompts are cut at the budget (chunked prefill).
 */
final class VllmScheduler extends Scheduler {
  VllmScheduler(Requests requests, RequestLog log, BatchLimits limits, Role role) {
    super(requests, log, limits, role, false);
  }

  @Override
  void plan(StepSums sums, long now) {
    int budget = limits.tokens();
    boolean preempts = false;
    int slot = 0;
    while (slot < running && budget > 0) {
      int tokens = Math.min(lacks(slot), budget);
      while (slot < running && !grow(slot, tokens)) {
        waiting.addFirst(preempt(running - 1));
        preempts = true;
      }
      if (slot < running) {
        schedule(slot, tokens, sums);
        budget -= tokens;
        slot++;
      }
    }
    for (; slot < running; slot++) {
      planned[slot] = 0;
    }
    while (!preempts && !waiting.isEmpty() && budget > 0 && running < limits.sequences()) {
      int tokens = admit(running, budget, false, 0, now);
      if (tokens == 0) {
        return;
      }
      schedule(running - 1, tokens, sums);
      budget -= tokens;
    }
  }
}
