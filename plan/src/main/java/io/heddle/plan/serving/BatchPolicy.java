package io.heddle.plan.serving;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Whose rules say what a step consists of. */
public enum BatchPolicy {
  /** vLLM V1: those that run, then those that wait; preempts from the tail. */
  VLLM("vllm"),
  /** SGLang: a step of prompts wherever one can be made, else one of those that run. */
  SGLANG("sglang"),
  /** TensorRT-LLM, which admits what certainly ends (guaranteed no evict). */
  TRTLLM("trtllm"),
  /** TensorRT-LLM, which admits what fits now (max utilization), and pauses from the tail. */
  TRTLLM_MAX_UTILIZATION("trtllm_max_utilization"),
  /** A batch is made when the last one has ended. */
  STATIC("static");

  private final String word;

  BatchPolicy(String word) {
    this.word = word;
  }

  /** As specifications have it. */
  public String word() {
    return word;
  }

  /** All words. */
  public static List<String> words() {
    return Arrays.stream(values()).map(BatchPolicy::word).toList();
  }

  /** The policy of a word. */
  public static Optional<BatchPolicy> named(String word) {
    return Arrays.stream(values()).filter(policy -> policy.word.equals(word)).findFirst();
  }
}
