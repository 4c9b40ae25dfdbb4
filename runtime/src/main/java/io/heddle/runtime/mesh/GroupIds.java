package io.heddle.runtime.mesh;

import java.util.List;

/**
 * Numbers groups so that AstraSim cannot confuse their messages. It tags the messages of group
 * {@code id} with {@code id * 10^6 + n} modulo 5 * 10^8: two groups whose ids are equal modulo 500
 * share tags, which does harm where they also share a pair of neighbours. Groups of one parting
 * have no rank in common, so each parting gets remainders of its own; those of different partings
 * never meet. Ids from 2,148 on overflow 32 bits there and are used only when all others are.
 */
final class GroupIds {
  /** Ids that differ by this share AstraSim's message tags. */
  static final int TAG_PERIOD = 500;

  private final int[] firstRemainder;
  private final int[] remainders;

  /**
   * @param counts number of groups in each parting
   */
  GroupIds(List<Integer> counts) {
    int total = counts.stream().mapToInt(Integer::intValue).sum();
    this.firstRemainder = new int[counts.size()];
    this.remainders = new int[counts.size()];
    int next = 1;
    int free = TAG_PERIOD - 1;
    long left = total;
    for (int p = 0; p < counts.size(); p++) {
      int count = counts.get(p);
      int partingsLeft = counts.size() - p - 1;
      // In proportion to its groups, but one at least for each parting still to come.
      long share = total < TAG_PERIOD ? count : free * (long) count / Math.max(1, left);
      firstRemainder[p] = next;
      remainders[p] = (int) Math.max(1, Math.min(share, free - partingsLeft));
      next += remainders[p];
      free -= remainders[p];
      left -= count;
    }
  }

  /** Id of group number {@code index} of a parting. */
  int id(int parting, int index) {
    return firstRemainder[parting]
        + index % remainders[parting]
        + TAG_PERIOD * (index / remainders[parting]);
  }
}
