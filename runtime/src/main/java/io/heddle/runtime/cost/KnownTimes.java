package io.heddle.runtime.cost;

import java.util.Arrays;

/**
 * Times by numbers of bytes, as far as they were asked for lately: the collectives of a group have
 * few sizes, and each of them often.
 */
final class KnownTimes {
  private static final int PLACES = 32;
  private static final int SHIFT = Long.SIZE - 5;

  /** Spreads the bits of a number over its upper ones: 2^64 over the golden ratio. */
  private static final long SPREAD = 0x9E3779B97F4A7C15L;

  static final long UNKNOWN = -1;

  private final long[] bytes = new long[PLACES];
  private final long[] nanos = new long[PLACES];

  KnownTimes() {
    Arrays.fill(nanos, UNKNOWN);
  }

  /** The time of so many bytes, ns; {@link #UNKNOWN} if it is not known. */
  long of(long size) {
    int place = place(size);
    return bytes[place] == size ? nanos[place] : UNKNOWN;
  }

  /** Keeps a time, in place of another one if there is one. */
  void put(long size, long time) {
    int place = place(size);
    bytes[place] = size;
    nanos[place] = time;
  }

  private static int place(long size) {
    return (int) ((size * SPREAD) >>> SHIFT);
  }
}
