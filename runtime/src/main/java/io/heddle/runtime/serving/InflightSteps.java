package io.heddle.runtime.serving;

/** How TensorRT-LLM shares a step among those that run, whatever let them run. */
final class InflightSteps {
  private InflightSteps() {}

  /**
   * Schedules what runs: first those that decode, then prompts in order, cut at the budget.
   *
   * @return tokens that are left
   */
  static int plan(Scheduler scheduler, StepSums sums) {
    int budget = scheduler.limits.tokens();
    for (int slot = 0; slot < scheduler.running; slot++) {
      scheduler.planned[slot] = 0;
      int tokens = Math.min(scheduler.lacks(slot), budget);
      if (isLast(scheduler, slot) && budget > 0 && scheduler.grow(slot, tokens)) {
        scheduler.schedule(slot, tokens, sums);
        budget -= tokens;
      }
    }
    for (int slot = 0; slot < scheduler.running && budget > 0; slot++) {
      if (!isLast(scheduler, slot)) {
        int tokens = Math.min(scheduler.lacks(slot), budget);
        scheduler.schedule(slot, tokens, sums);
        budget -= tokens;
      }
    }
    return budget;
  }

  /** Whether a slot lacks one of the tokens that are known. */
  private static boolean isLast(Scheduler scheduler, int slot) {
    return scheduler.known[slot] - scheduler.computed[slot] == 1;
  }
}
