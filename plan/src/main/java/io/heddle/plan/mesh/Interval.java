package io.heddle.plan.mesh;

/**
 * Whole numbers from one up to another.
 *
 * @param begin the first
 * @param end behind the last; not below {@code begin}
 */
public record Interval(long begin, long end) {
  public Interval {
    if (end < begin) {
      throw new IllegalArgumentException(begin + " to " + end);
    }
  }

  /** The first so many. */
  public static Interval first(long count) {
    return new Interval(0, count);
  }

  /** How many there are. */
  public long size() {
    return end - begin;
  }

  /** Whether there are none. */
  public boolean isEmpty() {
    return end == begin;
  }

  /** Those that are in another one, too. */
  public Interval and(Interval other) {
    long from = Math.max(begin, other.begin);
    return new Interval(from, Math.max(from, Math.min(end, other.end)));
  }

  /** The same numbers, so much larger. */
  public Interval plus(long distance) {
    return new Interval(Math.addExact(begin, distance), Math.addExact(end, distance));
  }
}
