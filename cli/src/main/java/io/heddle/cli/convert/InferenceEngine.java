package io.heddle.cli.convert;

import io.heddle.plan.serving.BatchPolicy;
import java.util.List;
import java.util.Locale;

/** Engines of inference that can be launched as a plan says. */
public enum InferenceEngine {
  VLLM,
  SGLANG,
  TRTLLM;

  /** Schedulers that it has. */
  List<BatchPolicy> policies() {
    return switch (this) {
      case VLLM -> List.of(BatchPolicy.VLLM);
      case SGLANG -> List.of(BatchPolicy.SGLANG);
      case TRTLLM -> List.of(BatchPolicy.TRTLLM, BatchPolicy.TRTLLM_MAX_UTILIZATION);
    };
  }

  /** Its section of the mapping. */
  String section() {
    return name().toLowerCase(Locale.ROOT);
  }
}
