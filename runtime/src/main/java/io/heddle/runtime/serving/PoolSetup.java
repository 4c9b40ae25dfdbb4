package io.heddle.runtime.serving;

import io.heddle.plan.serving.Role;

/**
 * Instances that are alike.
 *
 * @param instances how many
 * @param replicas of each, with a scheduler and a cache of their own, that step together: the
 *     slowest says how long a step takes
 * @param devices of each instance
 */
public record PoolSetup(
    Role role, int instances, int replicas, int devices, BatchLimits limits, StepTimes times) {
  /** Checks that there is something of each. */
  public PoolSetup {
    if (instances < 1 || replicas < 1 || devices < 1) {
      throw new IllegalArgumentException("a pool has instances, and these replicas and devices");
    }
  }
}
