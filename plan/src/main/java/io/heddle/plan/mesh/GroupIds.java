package io.heddle.plan.mesh;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;

/**
 * Numbers groups so that AstraSim cannot confuse their messages. It tags the messages of group
 * {@code id} with {@code id * 10^6 + n} modulo 5 * 10^8: two groups whose ids are equal modulo 500
 * share tags, which does harm where their rings share a hop. Ids from 2,148 on overflow 32 bits
 * there. So each group gets the smallest free id whose remainder no group has with which it shares
 * a hop. Large groups come first, because they share hops with many.
 */
final class GroupIds {
  /** Ids that differ by a multiple of this share AstraSim's message tags. */
  static final int TAG_PERIOD = 500;

  private final int ranks;
  private final BitSet used = new BitSet();
  private final List<Hops> numbered = new ArrayList<>();

  /** It takes the network's own hops instead of its ring: it may meet any other. 0: none is. */
  private int idOfAllRanks;

  /** The hops of one parting, by the rank from which they go. */
  private static final class Hops {
    final int[] next;
    final int[] id;

    Hops(int ranks) {
      next = new int[ranks];
      id = new int[ranks];
      Arrays.fill(next, -1);
    }
  }

  private GroupIds(int ranks) {
    this.ranks = ranks;
    used.set(0);
  }

  /**
   * Numbers all groups, from 1.
   *
   * @param ranks in all
   * @param rings of the groups of each parting: those of one parting have no rank in common and are
   *     of one size
   * @return ids as {@code rings} has the groups
   * @throws IllegalArgumentException if a group shares hops with groups of all remainders
   */
  static int[][] number(int ranks, List<List<int[]>> rings) {
    GroupIds ids = new GroupIds(ranks);
    List<Integer> largestFirst = new ArrayList<>();
    for (int p = 0; p < rings.size(); p++) {
      largestFirst.add(p);
    }
    largestFirst.sort(
        Comparator.comparingInt(p -> rings.get(p).isEmpty() ? 0 : -rings.get(p).get(0).length));
    int[][] result = new int[rings.size()][];
    for (int p : largestFirst) {
      result[p] = ids.numberParting(rings.get(p));
    }
    return result;
  }

  private int[] numberParting(List<int[]> rings) {
    Hops hops = new Hops(ranks);
    int[] ids = new int[rings.size()];
    for (int i = 0; i < ids.length; i++) {
      int[] ring = rings.get(i);
      ids[i] = smallestFree(remaindersMet(ring));
      used.set(ids[i]);
      if (ring.length == ranks) {
        idOfAllRanks = ids[i];
      }
      for (int k = 0; k < ring.length; k++) {
        hops.next[ring[k]] = ring[(k + 1) % ring.length];
        hops.id[ring[k]] = ids[i];
      }
    }
    numbered.add(hops);
    return ids;
  }

  /** Remainders of the groups that share a hop with the ring. */
  private BitSet remaindersMet(int[] ring) {
    BitSet met = new BitSet(TAG_PERIOD);
    if (idOfAllRanks != 0) {
      met.set(idOfAllRanks % TAG_PERIOD);
    }
    for (Hops other : numbered) {
      for (int k = 0; k < ring.length; k++) {
        if (other.next[ring[k]] == ring[(k + 1) % ring.length]) {
          met.set(other.id[ring[k]] % TAG_PERIOD);
        }
      }
    }
    return met;
  }

  private int smallestFree(BitSet remaindersMet) {
    if (remaindersMet.cardinality() == TAG_PERIOD) {
      throw new IllegalArgumentException(
          "a group shares hops with groups of all " + TAG_PERIOD + " message tags of AstraSim");
    }
    int id = used.nextClearBit(1);
    while (remaindersMet.get(id % TAG_PERIOD)) {
      id = used.nextClearBit(id + 1);
    }
    return id;
  }
}
