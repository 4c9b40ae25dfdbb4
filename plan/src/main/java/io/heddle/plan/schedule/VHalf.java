package io.heddle.plan.schedule;

/**
 * V-Half (Qi et al. 2024, arXiv:2405.15362, section 3.2): half the activations of 1F1B, those of (p
 * + 2) / 2 micro-batches, rounded down, and half a micro-batch more where p is even. Bubble where
 * forward, input and weight passes last alike: about p / 2 of m, half that of 1F1B; exactly, by the
 * clock.
 */
final class VHalf extends RepeatedBlock {
  VHalf() {
    super("v_half", 2, 1);
  }
}
