package io.heddle.plan.schedule;

/**
 * V-Min (Qi et al. 2024, arXiv:2405.15362, section 3.2): the least activations of the V-shapes,
 * those of (p + 4) / 3 micro-batches, rounded down, in place of the p of 1F1B. Bubble where
 * forward, input and weight passes last alike: about 2 p / 3 of m; exactly, a stage waits for 4 p -
 * 5 passes through a chunk, for two more where p is a multiple of 3, for which the block has to be
 * stretched.
 */
final class VMin extends RepeatedBlock {
  VMin() {
    super("v_min", 1, 1);
  }
}
