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
  private final BitSet remaindersMet = new BitSet(TAG_PERIOD);
  private int firstFree = 1;
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
   * @return ids as {@code partings} have the groups
   * @throws IllegalArgumentException if a group shares hops with groups of all remainders
   */
  static int[][] number(int ranks, List<PartedRanks> partings) {
    GroupIds ids = new GroupIds(ranks);
    List<Integer> largestFirst = new ArrayList<>();
    for (int p = 0; p < partings.size(); p++) {
      largestFirst.add(p);
    }
    largestFirst.sort(Comparator.comparingInt(p -> -partings.get(p).groupSize()));
    int[][] result = new int[partings.size()][];
    for (int p : largestFirst) {
      result[p] = ids.numberParting(partings.get(p));
    }
    return result;
  }

  private int[] numberParting(PartedRanks parting) {
    Hops hops = new Hops(ranks);
    int[] ids = new int[parting.groups()];
    int size = parting.groupSize();
    for (int group = 0; group < ids.length; group++) {
      findRemaindersMet(parting, group);
      int id = smallestFree();
      ids[group] = id;
      use(id);
      if (size == ranks) {
        idOfAllRanks = id;
      }
      int from = parting.member(group, size - 1);
      for (int k = 0; k < size; k++) {
        int to = parting.member(group, k);
        hops.next[from] = to;
        hops.id[from] = id;
        from = to;
      }
    }
    numbered.add(hops);
    return ids;
  }

  private void use(int id) {
    used.set(id);
    firstFree = used.nextClearBit(firstFree);
  }

  /** Remainders of the groups that share a hop with the ring of a group. */
  private void findRemaindersMet(PartedRanks parting, int group) {
    remaindersMet.clear();
    if (idOfAllRanks != 0) {
      remaindersMet.set(idOfAllRanks % TAG_PERIOD);
    }
    int size = parting.groupSize();
    for (Hops other : numbered) {
      int from = parting.member(group, size - 1);
      for (int k = 0; k < size; k++) {
        int to = parting.member(group, k);
        if (other.next[from] == to) {
          remaindersMet.set(other.id[from] % TAG_PERIOD);
        }
        from = to;
      }
    }
  }

  private int smallestFree() {
    if (remaindersMet.cardinality() == TAG_PERIOD) {
      throw new IllegalArgumentException(
          "a group shares hops with groups of all " + TAG_PERIOD + " message tags of AstraSim");
    }
    int id = firstFree;
    while (remaindersMet.get(id % TAG_PERIOD)) {
      id = used.nextClearBit(id + 1);
    }
    return id;
  }
}
