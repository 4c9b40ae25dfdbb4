package io.heddle.plan.mesh;

import io.heddle.plan.marker.Api;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * The order of a group's members on its ring. AstraSim charges a hop only in the lowest network
 * dimension in which two ranks differ, so that in plain order the hop from rank 7 to rank 8,
 * between two nodes of eight, would cost a hop inside a node. In reflected (snake) order of the
 * network coordinates neighbours differ in one digit wherever that is possible.
 */
@Api
public final class RingOrder {
  private final int[] sizes;

  /**
   * @param sizes of the network's dimensions, innermost first
   */
  public RingOrder(int... sizes) {
    this.sizes = sizes.clone();
  }

  /** The members in the order of their ring. */
  public int[] order(List<Integer> ranks) {
    int[] members = new int[ranks.size()];
    for (int i = 0; i < members.length; i++) {
      members[i] = ranks.get(i);
    }
    // Digits are taken among those that occur, so that a group which uses every second position of
    // a dimension is reflected as well.
    int[][] placeOfDigit = new int[sizes.length][];
    int[] occurring = new int[sizes.length];
    for (int d = 0; d < sizes.length; d++) {
      placeOfDigit[d] = new int[sizes[d]];
      for (int member : members) {
        placeOfDigit[d][digit(member, d)] = 1;
      }
      for (int digit = 0; digit < sizes[d]; digit++) {
        occurring[d] += placeOfDigit[d][digit];
        placeOfDigit[d][digit] = occurring[d] - 1;
      }
    }
    long[] keys = new long[members.length];
    boolean ordered = true;
    for (int i = 0; i < members.length; i++) {
      keys[i] = reflectedKey(members[i], placeOfDigit, occurring);
      ordered &= i == 0 || keys[i - 1] < keys[i];
    }
    if (ordered) {
      return members;
    }
    Integer[] positions = new Integer[members.length];
    Arrays.setAll(positions, i -> i);
    Arrays.sort(positions, Comparator.comparingLong(i -> keys[i]));
    return Arrays.stream(positions).mapToInt(i -> members[i]).toArray();
  }

  /** Place of the member in the reflected mixed-radix Gray code, the outermost digit leading. */
  private long reflectedKey(int member, int[][] placeOfDigit, int[] occurring) {
    long key = 0;
    for (int d = sizes.length - 1; d >= 0; d--) {
      int place = placeOfDigit[d][digit(member, d)];
      boolean backwards = (key & 1) == 1;
      key = key * occurring[d] + (backwards ? occurring[d] - 1 - place : place);
    }
    return key;
  }

  /** How many pairs of neighbours on the ring, the closing pair too, differ in several digits. */
  public int diagonalHops(int[] ring) {
    int diagonal = 0;
    for (int i = 0; i < ring.length; i++) {
      int next = ring[(i + 1) % ring.length];
      int differing = 0;
      for (int d = 0; d < sizes.length; d++) {
        differing += digit(ring[i], d) == digit(next, d) ? 0 : 1;
      }
      diagonal += differing > 1 ? 1 : 0;
    }
    return diagonal;
  }

  private int digit(int rank, int dimension) {
    int rest = rank;
    for (int d = 0; d < dimension; d++) {
      rest /= sizes[d];
    }
    return rest % sizes[dimension];
  }
}
