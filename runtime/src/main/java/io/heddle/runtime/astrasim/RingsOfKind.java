package io.heddle.runtime.astrasim;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Groups that part the ranks in one way, as {@code classes.json} has them: each is its lowest
 * member, and what the others exceed it by. Memory is that of the file.
 */
final class RingsOfKind {
  private final int[][] rings;

  /** Lowest member in the upper half, place among the groups in the lower; sorted. */
  private final long[] byLowest;

  private final int[][] groups;

  /**
   * @param rings as {@link ClassIndex.KindEntry} has them
   * @param groups the same
   * @param ranks of the plan
   * @throws IllegalArgumentException if they are no such groups; the message says why
   */
  RingsOfKind(List<int[]> rings, List<int[]> groups, int ranks) {
    this.rings = rings.toArray(new int[0][]);
    this.groups = groups.toArray(new int[0][]);
    for (int[] ring : this.rings) {
      check(ring, ranks);
    }
    this.byLowest = new long[this.groups.length];
    for (int i = 0; i < byLowest.length; i++) {
      check(this.groups[i], i, ranks);
      byLowest[i] = (long) this.groups[i][1] << Integer.SIZE | i;
    }
    Arrays.sort(byLowest);
  }

  private static void check(int[] ring, int ranks) {
    int[] sorted = ring.clone();
    Arrays.sort(sorted);
    boolean isRing = sorted.length > 1 && sorted[0] == 0 && sorted[sorted.length - 1] < ranks;
    for (int i = 1; i < sorted.length; i++) {
      isRing &= sorted[i] > sorted[i - 1];
    }
    if (!isRing) {
      throw new IllegalArgumentException(
          "a ring must have the distance 0 and others, each once, below the number of ranks");
    }
  }

  private void check(int[] group, int number, int ranks) {
    if (group.length != 3
        || group[0] < 1
        || group[1] < 0
        || group[2] < 0
        || group[2] >= rings.length
        || Arrays.stream(rings[group[2]]).max().orElse(0) >= ranks - group[1]) {
      throw new IllegalArgumentException(
          "groups["
              + number
              + "] must be an id from 1, a lowest rank and the place of a ring, all of whose ranks"
              + " are there");
    }
  }

  /** A rank's group and its position on the ring. */
  static final class Place {
    private final int[] group;
    private final int[] ring;
    private final int position;

    private Place(int[] group, int[] ring, int position) {
      this.group = group;
      this.ring = ring;
      this.position = position;
    }

    int id() {
      return group[0];
    }

    /** The rank so many places further on. */
    int member(int distance) {
      return group[1] + ring[Math.floorMod((long) position + distance, ring.length)];
    }
  }

  /** Where a rank is; null if it is in no group. */
  @Nullable Place of(int rank) {
    for (int number = 0; number < rings.length; number++) {
      int[] ring = rings[number];
      for (int position = 0; position < ring.length; position++) {
        int lowest = rank - ring[position];
        int[] group = lowest >= 0 ? group(lowest, number) : null;
        if (group != null) {
          return new Place(group, ring, position);
        }
      }
    }
    return null;
  }

  private int @Nullable [] group(int lowest, int ring) {
    int at = Arrays.binarySearch(byLowest, (long) lowest << Integer.SIZE);
    for (int i = at < 0 ? -1 - at : at; i < byLowest.length; i++) {
      int[] group = groups[(int) byLowest[i]];
      if (group[1] != lowest) {
        return null;
      }
      if (group[2] == ring) {
        return group;
      }
    }
    return null;
  }

  /** Adds the members of each group in the order of its ring, by its id. */
  void addTo(Map<Integer, int[]> byId) {
    for (int[] group : groups) {
      byId.put(group[0], Arrays.stream(rings[group[2]]).map(more -> group[1] + more).toArray());
    }
  }
}
