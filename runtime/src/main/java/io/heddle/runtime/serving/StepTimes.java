package io.heddle.runtime.serving;

/** How long a step takes. */
@FunctionalInterface
public interface StepTimes {
  /** The time of a step of these sums, ns, at least 1. Must not keep the sums. */
  long nanos(StepSums sums);
}
