package io.heddle.runtime.serving;

/**
 * A number for each token of each request, as if it were drawn at random. The same requests have
 * the same ones in any fleet and under any schedule, so that fleets differ in nothing else.
 */
final class Chance {
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;
  private static final double UNIT = 0x1p-53;

  private Chance() {}

  /** From 0 to below 1: the numbers are mixed as SplitMix64 does (Steele, Lea and Flood 2014). */
  static double of(int request, int token) {
    long mixed = ((long) request << 32 | token) * GOLDEN + GOLDEN;
    mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
    return ((mixed ^ (mixed >>> 31)) >>> 11) * UNIT;
  }
}
