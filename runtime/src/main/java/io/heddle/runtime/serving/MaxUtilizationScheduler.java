package io.heddle.runtime.serving;

import io.heddle.plan.serving.Role;

/**
 * As TensorRT-LLM schedules under {@code MAX_UTILIZATION}: all requests in order of arrival, those
 * that run and those that wait, take the pages of their next step; where there are none, the last
 * that runs is paused, and nobody behind it is looked at. In a step those that decode come first,
 * then prompts in order, cut at the budget.
 */
final class MaxUtilizationScheduler extends Scheduler {
  MaxUtilizationScheduler(Requests requests, RequestLog log, BatchLimits limits, Role role) {
    super(requests, log, limits, role, false);
  }

  @Override
  void plan(StepSums sums, long now) {
    int budget = limits.tokens();
    for (int i = 0; i < running; i++) {
      budget -= lacks(i);
    }
    int slot = 0;
    int end = Integer.MAX_VALUE;
    while (true) {
      boolean runs = slot < running && !(waits(end) && waiting.first() < ids[slot]);
      if (!runs && !waits(end)) {
        break;
      }
      if (!runs && budget <= 0) {
        break;
      }
      boolean fits;
      if (runs) {
        fits = grow(slot, lacks(slot));
      } else {
        int tokens =
            running < limits.sequences() ? admit(slot, Integer.MAX_VALUE, true, 0, now) : 0;
        fits = tokens > 0;
        budget -= tokens;
      }
      if (fits) {
        slot++;
      } else if (running > slot) {
        int paused = preempt(running - 1);
        end = Math.min(end, paused);
        waiting.addInOrder(paused);
      } else {
        break;
      }
    }
    InflightSteps.plan(this, sums);
  }

  private boolean waits(int end) {
    return !waiting.isEmpty() && waiting.first() < end;
  }
}
