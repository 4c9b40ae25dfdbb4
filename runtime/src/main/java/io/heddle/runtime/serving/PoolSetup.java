package io.heddle.runtime.serving;

import io.heddle.plan.serving.Role;

/**
 * Instances that are alike.
 *
 * @param instances how many
 * @param replicas of each, with a scheduler and a cache of their own, that step together: the
 *     slowest says how long a step takes
 * @param devices of each instance
 * @param requestNanos what the host does for a request before it can be scheduled, ns; where tokens
 *     are drawn only, before its cache comes; it holds up nothing else
 * @param batches in work at a time, one on each stage of a pipeline: a batch has requests, and
 *     limits, of its own
 */
public record PoolSetup(
    Role role,
    int instances,
    int replicas,
    int devices,
    BatchLimits limits,
    StepTimes times,
    long requestNanos,
    int batches) {
  /** Checks that there is something of each. */
  public PoolSetup {
    if (instances < 1 || replicas < 1 || devices < 1 || batches < 1) {
      throw new IllegalArgumentException("a pool has instances, and these replicas and devices");
    }
    if (requestNanos < 0) {
      throw new IllegalArgumentException("a request takes no time less than 0");
    }
  }

  /** A pool with one batch in work. */
  public PoolSetup(
      Role role,
      int instances,
      int replicas,
      int devices,
      BatchLimits limits,
      StepTimes times,
      long requestNanos) {
    this(role, instances, replicas, devices, limits, times, requestNanos, 1);
  }

  /** A pool with one batch in work, whose host does nothing for a request. */
  public PoolSetup(
      Role role, int instances, int replicas, int devices, BatchLimits limits, StepTimes times) {
    this(role, instances, replicas, devices, limits, times, 0);
  }
}
