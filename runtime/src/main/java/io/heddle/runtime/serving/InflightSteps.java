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
      if (lacks(scheduler, slot) == 1 && budget > 0 && scheduler.grow(slot, 1)) {
        scheduler.schedule(slot, 1, sums);
        budget--;
      }
    }
    for (int slot = 0; slot < scheduler.running && budget > 0; slot++) {
      int lacks = lacks(scheduler, slot);
      if (lacks > 1) {
        int tokens = Math.min(lacks, budget);
        scheduler.schedule(slot, tokens, sums);
        budget -= tokens;
      }
    }
    return budget;
  }

  private static int lacks(Scheduler scheduler, int slot) {
    return scheduler.known[slot] - scheduler.computed[slot];
  }
}
