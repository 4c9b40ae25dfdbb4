package io.heddle.runtime.serving;

import io.heddle.plan.serving.BatchPolicy;
import io.heddle.plan.serving.Role;

/** The scheduler of each policy. */
final class Schedulers {
  private Schedulers() {}

  static Scheduler of(
      BatchPolicy policy, Requests requests, RequestLog log, BatchLimits limits, Role role) {
    return switch (policy) {
      case VLLM -> new VllmScheduler(requests, log, limits, role);
      case SGLANG -> new SglangScheduler(requests, log, limits, role);
      case TRTLLM -> new NoEvictScheduler(requests, log, limits, role);
      case TRTLLM_MAX_UTILIZATION -> new MaxUtilizationScheduler(requests, log, limits, role);
      case STATIC -> new StaticScheduler(requests, log, limits, role);
    };
  }
}
