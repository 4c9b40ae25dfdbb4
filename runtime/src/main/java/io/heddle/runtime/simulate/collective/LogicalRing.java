package io.heddle.runtime.simulate.collective;

import java.util.Arrays;

/** The ranks of one logical dimension of a collective, in order. */
final class LogicalRing {
  private final int size;
  private final int stride;
  private final int[] members;

  /** Position by rank: rank in the upper half, position in the lower; sorted. */
  private final long[] positions;

  private LogicalRing(int size, int stride, int[] members) {
    this.size = size;
    this.stride = stride;
    this.members = members;
    this.positions = new long[members.length];
    for (int i = 0; i < members.length; i++) {
      positions[i] = ((long) members[i] << 32) | i;
    }
    Arrays.sort(positions);
  }

  /** The ranks that differ in one digit of their number. */
  static LogicalRing ofDimension(int size, int stride) {
    return new LogicalRing(size, stride, new int[0]);
  }

  /** Just these ranks. */
  static LogicalRing of(int[] members) {
    return new LogicalRing(members.length, 0, members);
  }

  int size() {
    return size;
  }

  int stride() {
    return stride;
  }

  /** Place of a rank among the members, from 0; negative if it is none. */
  int position(int rank) {
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
  int rank(int rank, int own, int place) {
    return stride > 0 ? rank + (place - own) * stride : members[place];
  }
}
