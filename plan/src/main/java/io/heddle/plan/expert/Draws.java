package io.heddle.plan.expert;

import java.util.Random;

/** The random loads of layers and micro-batches, the same on every machine. */
final class Draws {
  /**
   * Loads that are told apart, a prime: micro-batch i and layer l have draw 97 i + l, modulo this.
   */
  static final int COUNT = 251;

  private static final int BETWEEN_MICRO_BATCHES = 97;

  private Draws() {}

  /** Which of the draws a layer has in a micro-batch. */
  static int of(int microBatch, int layer) {
    return (int) Math.floorMod((long) BETWEEN_MICRO_BATCHES * microBatch + layer, (long) COUNT);
  }

  /** Draws that have nothing to do with each other, however near their numbers are. */
  static Random random(long seed, int draw) {
    // The mixing function of SplitMix64 (Steele, Lea, Flood 2014).
    long mixed = seed * 0x9E3779B97F4A7C15L + draw;
    mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
    return new Random(mixed ^ (mixed >>> 31));
  }
}
