package io.heddle.cli.html;

/** Times of the simulator, which are unsigned. */
final class Ticks {
  private static final double TWO_TO_64 = 0x1p64;

  private Ticks() {}

  static double of(long nanos) {
    return nanos >= 0 ? nanos : nanos + TWO_TO_64;
  }
}
