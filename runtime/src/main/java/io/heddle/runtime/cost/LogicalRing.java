package io.heddle.runtime.cost;

import java.util.Arrays;

/** The ranks of one logical dimension of a collective, in order. */
public final class LogicalRing {
  private final int size;
  private final int stride;
  private final int[] members;
  private final int[] representatives;

  /** Position by rank: rank in the upper half, position in the lower; sorted. */
  private final long[] positions;

  private LogicalRing(int size, int stride, int[] members, int[] representatives) {
    this.size = size;
    this.stride = stride;
    this.members = members;
    this.representatives = representatives;
    this.positions = new long[representatives.length];
    for (int i = 0; i < representatives.length; i++) {
      positions[i] = ((long) representatives[i] << 32) | i;
    }
    Arrays.sort(positions);
  }

  /** The ranks that differ in one digit of their number. */
  public static LogicalRing ofDimension(int size, int stride) {
    return new LogicalRing(size, stride, new int[0], new int[0]);
  }

  /** Just these ranks. */
  public static LogicalRing of(int[] members) {
    return new LogicalRing(members.length, 0, members, members);
  }

  /**
   * A ring that repeats itself: what its first members do those after them do at the same time.
   *
   * @param members all of them
   * @param representatives the ranks that stand for the first members, as many as the period has
   *     places: a divisor of the number of members
   */
  public static LogicalRing periodic(int[] members, int[] representatives) {
    return new LogicalRing(members.length, 0, members, representatives);
  }

  /**
   * The same members the other way round.
   *
   * @throws IllegalStateException if it is a {@linkplain #ofDimension dimension}: that has no
   *     members of its own
   */
  public LogicalRing reversed() {
    if (stride > 0) {
      throw new IllegalStateException("the ranks of a dimension are in no list");
    }
    return new LogicalRing(size, 0, reversed(members), reversed(representatives));
  }

  private static int[] reversed(int[] list) {
    int[] reversed = new int[list.length];
    for (int i = 0; i < list.length; i++) {
      reversed[i] = list[list.length - 1 - i];
    }
    return reversed;
  }

  /** Places behind which the ring repeats itself; all of them where it does not. */
  public int period() {
    return stride > 0 ? size : representatives.length;
  }

  /**
   * The rank that stands for the member at a place of the period, as far as events go.
   *
   * @param place below {@link #period}
   */
  public int representative(int place) {
    return stride > 0 ? rank(0, 0, place) : representatives[place];
  }

  /** Number of members. */
  public int size() {
    return size;
  }

  /** Between neighbours, where the members differ in one digit; else 0. */
  public int stride() {
    return stride;
  }

  /**
   * Place of a rank among the members, or among those that stand for them; negative if it is none.
   */
  public int position(int rank) {
    if (stride > 0) {
      return rank / stride % size;
    }
    int at = Arrays.binarySearch(positions, (long) rank << 32);
    int place = at < 0 ? -1 - at : at;
    return place < positions.length && positions[place] >>> 32 == rank
        ? (int) positions[place]
        : -1;
  }

  /**
   * The rank at a place of the ring that a rank is in.
   *
   * @param own place of {@code rank}
   */
  public int rank(int rank, int own, int place) {
    return stride > 0 ? rank + (place - own) * stride : members[place];
  }
}
