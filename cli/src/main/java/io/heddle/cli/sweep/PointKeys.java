package io.heddle.cli.sweep;

/** A set of keys that takes 16 to 32 bytes for each: there may be many millions. */
public final class PointKeys {
  private static final int FIRST = 1 << 10;

  /** Pairs of halves; a pair of zeros is a free place, and the key of zeros is noted apart. */
  private long[] halves = new long[2 * FIRST];

  private boolean hasZero;
  private int size;

  /**
   * Adds a key.
   *
   * @return whether it was not among them
   */
  public boolean add(PointKey key) {
    if (key.high() == 0 && key.low() == 0) {
      boolean isNew = !hasZero;
      hasZero = true;
      return isNew;
    }
    int at = place(halves, key.high(), key.low());
    if (isTaken(halves, at)) {
      return false;
    }
    halves[at] = key.high();
    halves[at + 1] = key.low();
    size++;
    if (4L * size > halves.length) {
      grow();
    }
    return true;
  }

  /** Whether a key is among them. */
  public boolean contains(PointKey key) {
    if (key.high() == 0 && key.low() == 0) {
      return hasZero;
    }
    return isTaken(halves, place(halves, key.high(), key.low()));
  }

  private void grow() {
    long[] more = new long[Math.multiplyExact(2, halves.length)];
    for (int at = 0; at < halves.length; at += 2) {
      if (isTaken(halves, at)) {
        int to = place(more, halves[at], halves[at + 1]);
        more[to] = halves[at];
        more[to + 1] = halves[at + 1];
      }
    }
    halves = more;
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
