package io.heddle.runtime.simulate.collective;

import java.util.Arrays;

/** How many chunks of each collective under way have not ended, rank by rank. */
final class ChunksLeft {
  private static final int[] NONE = {};

  private final boolean several;
  private final int[][] left;

  /**
   * @param several whether more than one collective may be under way on a rank
   */
  ChunksLeft(int ranks, boolean several) {
    this.several = several;
    this.left = new int[ranks][];
    Arrays.fill(left, NONE);
  }

  /** The collective of a node begins. */
  void begin(int rank, int slot, int chunks) {
    int place = place(slot);
    if (place >= left[rank].length) {
      left[rank] = Arrays.copyOf(left[rank], place + (place >> 1) + 1);
    }
    left[rank][place] = chunks;
  }

  /** A chunk of it ends; returns whether that was the last. */
  boolean end(int rank, int slot) {
    return --left[rank][place(slot)] == 0;
  }

  private int place(int slot) {
    return several ? slot : 0;
  }
}
