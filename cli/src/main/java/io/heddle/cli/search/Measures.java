package io.heddle.cli.search;

/**
 * What plans are compared by.
 *
 * @param number of the point
 * @param nanos from step to step, or what that does not fall below: of inference on a pipeline,
 *     with a batch in work on each stage; of steps that speculate, from token to token of a
 *     sequence
 * @param memory bytes that a rank holds at most; 2^63 - 1 where it is not known
 * @param gpus ranks
 * @param tokens in that time, over all replicas and batches in work
 */
public record Measures(long number, long nanos, long memory, long gpus, double tokens) {
  /**
   * Whether another plan is as good in time, memory and GPUs, and it would not matter if faster.
   */
  boolean isCoveredBy(Measures other, double near) {
    return other.number != number
        && other.nanos * (1 - near) <= nanos
        && other.memory <= memory
        && other.gpus <= gpus;
  }

  Measures lasting(long otherNanos) {
    return new Measures(number, otherNanos, memory, gpus, tokens);
  }
}
