package io.heddle.runtime.serving;

import io.heddle.plan.serving.Role;

/**
 * As SGLang schedules, first come, first served: a step of prompts wherever one can be made, else a
 * step of all that run. A prompt is admitted if the cache has room for it and for what those that
 * run are expected to draw yet: a share of what they may, which falls from step to step and rises
 * when one has to be retracted. {@code tokens} bounds a step of prompts (chunked prefill size); the
 * one that it cuts is the last of the step, and goes on before any other is admitted.
 */
final class SglangScheduler extends Scheduler {
  /** The share of tokens yet to be drawn that admission counts on, at first. */
  private static final double FIRST_RATIO = 0.7;

  /** Below it the share does not fall. */
  private static final double LEAST_RATIO = FIRST_RATIO * 0.14;

  /** Steps in which it falls as far. */
  private static final int DECAY_STEPS = 600;

  /** Of a request no more tokens are counted on. */
  private static final int MOST_EXPECTED = 4096;

  /** Steps that those which are left after a retraction can take. */
  private static final int RETRACTION_STEPS = 20;

  private static final int NONE = -1;

  private double ratio = FIRST_RATIO;
  private boolean isFull;

  /** The request whose prompt is cut, which stands in the last slot. */
  private int cutRequest = NONE;

  /** Slots that were in use when the last step was made. */
  private int before;

  SglangScheduler(Requests requests, RequestLog log, BatchLimits limits, Role role) {
    super(requests, log, limits, role, true);
  }

  /** Admission wants more room than a request takes. */
  @Override
  boolean canEver(int request) {
    long room = (long) limits.pages() * limits.pageTokens();
    return super.canEver(request) && lastToken(request) + 1 < room;
  }

  @Override
  void plan(StepSums sums, long now) {
    if (running < before || running == 0) {
      isFull = false;
    }
    for (int slot = 0; slot < running; slot++) {
      planned[slot] = 0;
    }
    prompts(sums, now);
    if (sums.isEmpty()) {
      decode(sums);
    }
    if (sums.isEmpty() && cutPrompt() >= 0) {
      // All others have been retracted: there is room for it now.
      prompts(sums, now);
    }
    before = running;
  }

  /** The last slot, if its prompt is not computed to the end. */
  private int cutPrompt() {
    int last = running - 1;
    return cutRequest != NONE && last >= 0 && ids[last] == cutRequest ? last : NONE;
  }

  /** Puts tokens of a slot into the step, and notes whether its prompt goes on behind it. */
  private void compute(int slot, int tokens, StepSums sums) {
    schedule(slot, tokens, sums);
    if (computed[slot] + tokens < known[slot]) {
      cutRequest = ids[slot];
    } else if (ids[slot] == cutRequest) {
      cutRequest = NONE;
    }
  }

  private void prompts(StepSums sums, long now) {
    int cut = cutPrompt();
    if (cut < 0 && (waiting.isEmpty() || isFull)) {
      return;
    }
    int budget = limits.tokens();
    double room = (double) cache.available() * limits.pageTokens() - expectedOfRunning(cut);
    if (cut >= 0) {
      int tokens = Math.min(known[cut] - computed[cut], budget);
      if (!grow(cut, tokens)) {
        return;
      }
      compute(cut, tokens, sums);
      budget -= paged(tokens);
      room -= paged(tokens);
      room -= computed[cut] + tokens < known[cut] ? 0 : expected(ids[cut]);
    }
    while (!waiting.isEmpty() && budget > 0 && room > 0) {
      int request = waiting.first();
      int lacks = tokens(request) - cachedTokens(request);
      if (running >= limits.sequences() || lacks + expected(request) >= room) {
        isFull = true;
        return;
      }
      if (lacks > budget && budget < limits.pageTokens() && !sums.isEmpty()) {
        return;
      }
      int tokens = admit(running, chunk(lacks, budget), false, 0, now);
      if (tokens == 0) {
        return;
      }
      compute(running - 1, tokens, sums);
      if (tokens < lacks) {
        return;
      }
      budget -= paged(tokens);
      room -= paged(tokens) + expected(request);
    }
    isFull |= room <= 0;
  }

  /** A prompt that is cut is cut at a page, if the whole budget is no less than one. */
  private int chunk(int lacks, int budget) {
    return lacks <= budget
        ? lacks
        : Math.max(1, budget / limits.pageTokens() * limits.pageTokens());
  }

  private int paged(int tokens) {
    return limits.pagesFor(tokens) * limits.pageTokens();
  }

  private int expected(int request) {
    return role == Role.PREFILL
        ? 1
        : Math.min(requests.output(request) - log.drawn(request), MOST_EXPECTED);
  }

  private double expectedOfRunning(int cut) {
    long sum = 0;
    for (int slot = 0; slot < running; slot++) {
      if (slot != cut) {
        sum += Math.min(left(slot), MOST_EXPECTED);
      }
    }
    return sum * ratio;
  }

  /** Tokens that a slot may draw yet. */
  private int left(int slot) {
    return requests.input(ids[slot]) + requests.output(ids[slot]) - known[slot];
  }

  /** A step of all that run; a prompt that is cut waits for a step of prompts. */
  private void decode(StepSums sums) {
    int needed = needed();
    if (needed > cache.available()) {
      while (drawing() > 1 && needed > cache.available()) {
        retract(leastDrawn());
        needed = needed();
      }
      if (drawing() == 1 && needed > cache.available()) {
        retract(leastDrawn());
      }
      isFull = false;
      ratio = ratioOfRunning();
    } else {
      ratio = Math.max(LEAST_RATIO, ratio - (FIRST_RATIO - LEAST_RATIO) / DECAY_STEPS);
    }
    for (int slot = 0; slot < drawing(); slot++) {
      int tokens = lacks(slot);
      if (grow(slot, tokens)) {
        compute(slot, tokens, sums);
      }
    }
  }

  /** Slots that draw tokens: all but that of a prompt that is cut, which is the last. */
  private int drawing() {
    return cutPrompt() < 0 ? running : running - 1;
  }

  private void retract(int slot) {
    int request = preempt(slot);
    if (request == cutRequest) {
      cutRequest = NONE;
    }
    waiting.addLast(request);
  }

  /** Pages that the next tokens of each take. */
  private int needed() {
    int pages = 0;
    for (int slot = 0; slot < drawing(); slot++) {
      pages += lacking(slot);
    }
    return pages;
  }

  /** The slot that has drawn least; of several the one with the longest prompt, then the last. */
  private int leastDrawn() {
    int least = 0;
    for (int slot = 1; slot < drawing(); slot++) {
      int drawn = drawn(slot) - drawn(least);
      if (drawn < 0 || (drawn == 0 && requests.input(ids[slot]) >= requests.input(ids[least]))) {
        least = slot;
      }
    }
    return least;
  }

  private int drawn(int slot) {
    return known[slot] - requests.input(ids[slot]);
  }

  private double ratioOfRunning() {
    long drawn = 0;
    long all = 0;
    for (int slot = 0; slot < running; slot++) {
      drawn += drawn(slot);
      all += requests.output(ids[slot]);
    }
    return all == 0
        ? FIRST_RATIO
        : Math.min(1, (drawn + (long) RETRACTION_STEPS * running) / (double) all);
  }
}
