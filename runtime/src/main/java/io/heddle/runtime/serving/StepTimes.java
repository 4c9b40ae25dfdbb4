package io.heddle.runtime.serving;

/** How long a step takes. */
@FunctionalInterface
public interface StepTimes {
  /** The time of a step of these sums, ns, at least 1. Must not keep the sums. */
  long nanos(StepSums sums);

  /**
   * From when a step begins until one of another batch may begin, ns, at least 1: what a stage of a
   * pipeline has of it. Must not keep the sums.
   */
  default long interval(StepSums sums) {
    return nanos(sums);
  }
}
