package io.heddle.cli.sweep;

import java.util.OptionalLong;

/** Numbers of points by their keys, in 24 to 96 bytes for each: there may be many millions. */
public final class PointKeys {
  private static final int FIRST = 1 << 10;

  /** Pairs of halves; a pair of zeros is a free place, and the key of zeros is noted apart. */
  private long[] halves = new long[2 * FIRST];

  private long[] numbers = new long[FIRST];
  private OptionalLong ofZero = OptionalLong.empty();
  private int size;

  /**
   * Adds a key without a number of its own.
   *
   * @return whether it was not among them
   */
  public boolean add(PointKey key) {
    return add(key, 0);
  }

  /**
   * Adds a key; one that is among them keeps its number.
   *
   * @return whether it was not among them
   */
  public boolean add(PointKey key, long number) {
    if (number(key).isPresent()) {
      return false;
    }
    if (isZero(key)) {
      ofZero = OptionalLong.of(number);
      return true;
    }
    put(halves, numbers, key.high(), key.low(), number);
    size++;
    if (4L * size > halves.length) {
      grow();
    }
    return true;
  }

  /** Whether there are none. */
  public boolean isEmpty() {
    return size == 0 && ofZero.isEmpty();
  }

  /** Whether a key is among them. */
  public boolean contains(PointKey key) {
    return number(key).isPresent();
  }

  /** The number of a key; empty if it is not among them. */
  public OptionalLong number(PointKey key) {
    if (isZero(key)) {
      return ofZero;
    }
    int at = place(halves, key.high(), key.low());
    return isTaken(halves, at) ? OptionalLong.of(numbers[at / 2]) : OptionalLong.empty();
  }

  private void grow() {
    long[] moreHalves = new long[Math.multiplyExact(2, halves.length)];
    long[] moreNumbers = new long[2 * numbers.length];
    for (int at = 0; at < halves.length; at += 2) {
      if (isTaken(halves, at)) {
        put(moreHalves, moreNumbers, halves[at], halves[at + 1], numbers[at / 2]);
      }
    }
    halves = moreHalves;
    numbers = moreNumbers;
  }

  private static void put(long[] halves, long[] numbers, long high, long low, long number) {
    int at = place(halves, high, low);
    halves[at] = high;
    halves[at + 1] = low;
    numbers[at / 2] = number;
  }

  private static boolean isZero(PointKey key) {
    return (key.high() | key.low()) == 0;
  }

  private static boolean isTaken(long[] halves, int at) {
    return (halves[at] | halves[at + 1]) != 0;
  }

  /** Where a key is, or else the free place that it gets. Keys are digests: any bits are random. */
  private static int place(long[] halves, long high, long low) {
    int mask = halves.length - 1;
    int at = ((int) low << 1) & mask;
    while (isTaken(halves, at) && !(halves[at] == high && halves[at + 1] == low)) {
      at = (at + 2) & mask;
    }
    return at;
  }
}
