package io.heddle.runtime.serving;

import java.util.ArrayList;
import java.util.List;

/** Steps of a fixed time, and what was in them. */
final class RecordedSteps implements StepTimes {
  private final long nanos;
  private final List<String> steps = new ArrayList<>();

  RecordedSteps(long nanos) {
    this.nanos = nanos;
  }

  @Override
  public long nanos(StepSums sums) {
    List<String> parts = new ArrayList<>();
    if (sums.prompts() > 0) {
      parts.add(sums.prompts() + "p" + sums.newTokens() + "/" + sums.pairs());
    }
    if (sums.decodes() > 0) {
      parts.add(sums.decodes() + "d" + sums.context());
    }
    steps.add(String.join(" ", parts));
    return nanos;
  }

  /** Each step: prompts with their tokens and pairs, decodes with their context. */
  List<String> steps() {
    return steps;
  }
}
