package io.heddle.plan.mesh;

import io.heddle.plan.marker.Api;
import java.util.Arrays;
import java.util.BitSet;
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
  private final long[] strides;

  /**
   * @param sizes of the network's dimensions, innermost first
   */
  public RingOrder(int... sizes) {
    this.sizes = sizes.clone();
    this.strides = new long[sizes.length];
    long stride = 1;
    for (int d = 0; d < sizes.length; d++) {
      strides[d] = stride;
      stride *= sizes[d];
    }
  }

  /** Ranks of a node: along the innermost dimension; 0 where there is no other dimension. */
  int nodeRanks() {
    return sizes.length < 2 ? 0 : sizes[0];
  }

  /** The members in the order of their ring. */
  public int[] order(List<Integer> ranks) {
    int[] members = ranks.stream().mapToInt(Integer::intValue).toArray();
    arranger().arrange(members, 0, members.length);
    return members;
  }

  /** Puts the members of one group after another in order. */
  Arranger arranger() {
    return new Arranger();
  }

  /**
   * Working memory for any number of groups. What a group takes depends on its members, not on the
   * size of the network.
   */
  final class Arranger {
    private final BitSet[] occurs = new BitSet[sizes.length];
    private final int[][] placeOfDigit = new int[sizes.length][0];
    private final int[] occurring = new int[sizes.length];
    private long[] keys = new long[0];

    private Arranger() {
      Arrays.setAll(occurs, unused -> new BitSet());
    }

    /**
     * Puts ranks in the order of their ring.
     *
     * @param ranks of which those from {@code from} on are the members
     * @param size number of members
     */
    void arrange(int[] ranks, int from, int size) {
      takeDigits(ranks, from, size);
      if (keys.length < size) {
        keys = new long[size];
      }
      boolean ordered = true;
      for (int i = 0; i < size; i++) {
        // Keys are less than the number of ranks.
        keys[i] = reflectedKey(ranks[from + i]) << Integer.SIZE | i;
        ordered &= i == 0 || keys[i - 1] < keys[i];
      }
      if (ordered) {
        return;
      }
      Arrays.sort(keys, 0, size);
      int[] members = Arrays.copyOfRange(ranks, from, from + size);
      for (int i = 0; i < size; i++) {
        ranks[from + i] = members[(int) keys[i]];
      }
    }

    /**
     * Digits are taken among those that occur, so that a group which uses every second position of
     * a dimension is reflected as well.
     */
    private void takeDigits(int[] ranks, int from, int size) {
      for (int d = 0; d < sizes.length; d++) {
        BitSet digits = occurs[d];
        int least = Integer.MAX_VALUE;
        int most = 0;
        for (int i = from; i < from + size; i++) {
          int digit = digit(ranks[i], d);
          digits.set(digit);
          least = Math.min(least, digit);
          most = Math.max(most, digit);
        }
        if (placeOfDigit[d].length <= most) {
          placeOfDigit[d] = new int[Math.max(most + 1, Math.min(sizes[d], 2 * most))];
        }
        int place = 0;
        for (int digit = least; digit >= 0; digit = digits.nextSetBit(digit + 1)) {
          placeOfDigit[d][digit] = place++;
        }
        occurring[d] = place;
        digits.clear(least, most + 1);
      }
    }

    /** Place of the member in the reflected mixed-radix Gray code, the outermost digit leading. */
    private long reflectedKey(int member) {
      long key = 0;
      for (int d = sizes.length - 1; d >= 0; d--) {
        int place = placeOfDigit[d][digit(member, d)];
        boolean backwards = (key & 1) == 1;
        key = key * occurring[d] + (backwards ? occurring[d] - 1 - place : place);
      }
      return key;
    }
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
    return (int) (rank / strides[dimension] % sizes[dimension]);
  }
}
