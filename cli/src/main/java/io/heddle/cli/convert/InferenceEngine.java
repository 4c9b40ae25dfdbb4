package io.heddle.cli.convert;

import io.heddle.plan.serving.BatchPolicy;
import java.util.List;
import java.util.Locale;

/** Engines of inference that can be launched as a plan says. */
public enum InferenceEngine {
  VLLM(List.of(BatchPolicy.VLLM)),
  SGLANG(List.of(BatchPolicy.SGLANG)),
  TRTLLM(List.of(BatchPolicy.TRTLLM, BatchPolicy.TRTLLM_MAX_UTILIZATION));

  private final List<BatchPolicy> policies;

  InferenceEngine(List<BatchPolicy> policies) {
    this.policies = policies;
  }

  /** Schedulers that it has. */
  List<BatchPolicy> policies() {
    return policies;
  }

  /** Its section of the mapping. */
  String section() {
    return name().toLowerCase(Locale.ROOT);
  }
}
