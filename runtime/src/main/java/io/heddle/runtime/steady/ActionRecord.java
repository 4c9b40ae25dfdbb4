package io.heddle.runtime.steady;

import java.util.Arrays;

/**
 * What one rank does in each of its actions, and when: sums that tell whether two actions are the
 * same, and whether all nodes of one are done a fixed time after those of the other. Times are
 * weighed with odd numbers drawn for each place in the action, modulo 2^64, in two ways: sums that
 * agree by chance are out of reach.
 */
final class ActionRecord {
  private static final long[] SEEDS = {0x9E3779B97F4A7C15L, 0xC2B2AE3D27D4EB4FL};

  private final int actions;
  private final long[] first;
  private final long[] content;
  private final long[][] weights = new long[2][];
  private final long[][] weighedTimes = new long[2][];
  private final long[] lastDone;
  private final long[] firstIssued;
  private int begun;
  private long next = 1;

  /**
   * @param actions that the rank has
   */
  ActionRecord(int actions) {
    this.actions = actions;
    this.first = new long[actions];
    this.content = new long[actions];
    this.lastDone = new long[actions];
    this.firstIssued = new long[actions];
    Arrays.fill(firstIssued, Long.MAX_VALUE);
    for (int way = 0; way < 2; way++) {
      weights[way] = new long[actions];
      weighedTimes[way] = new long[actions];
    }
  }

  int actions() {
    return actions;
  }

  /** The next action begins. */
  void begin() {
    first[begun++] = next;
  }

  /**
   * A node of the action that begun last.
   *
   * @param id the number behind that of the node before
   */
  void node(long id, long itsContent) {
    int action = begun - 1;
    next = id + 1;
    content[action] = mix(content[action] ^ itsContent);
  }

  /** The id of the first node of an action that has begun. */
  long firstNode(int action) {
    return action < begun ? first[action] : Long.MAX_VALUE;
  }

  /** A node is done. */
  void done(long id, long issued, long completed) {
    int action = actionOf(id);
    for (int way = 0; way < 2; way++) {
      long weight = weight(way, id - first[action]);
      weights[way][action] += weight;
      weighedTimes[way][action] += weight * completed;
    }
    lastDone[action] = Math.max(lastDone[action], completed);
    firstIssued[action] = Math.min(firstIssued[action], issued);
  }

  /** Whether two actions have the same nodes. */
  boolean isSame(int action, int other) {
    return content[action] == content[other];
  }

  /** Whether they have the same nodes, and those of the other are done so much later. */
  boolean isSame(int action, int other, long later) {
    for (int way = 0; way < 2; way++) {
      long shifted = weighedTimes[way][action] + later * weights[way][action];
      if (shifted != weighedTimes[way][other]) {
        return false;
      }
    }
    return isSame(action, other);
  }

  /** When the last node of an action is done; 0 where it has none. */
  long lastDone(int action) {
    return lastDone[action];
  }

  /** When the first node of an action is issued; the largest number where it has none. */
  long firstIssued(int action) {
    return firstIssued[action];
  }

  /** The last action that begins with the node or before it. */
  private int actionOf(long id) {
    int low = 0;
    int high = begun;
    while (high - low > 1) {
      int middle = (low + high) >>> 1;
      if (first[middle] <= id) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private static long weight(int way, long place) {
    return mix(SEEDS[way] + place * SEEDS[1 - way]) | 1;
  }

  /** Scatters the bits of a number (the finaliser of MurmurHash3). */
  static long mix(long bits) {
    long mixed = (bits ^ (bits >>> 33)) * 0xff51afd7ed558ccdL;
    mixed = (mixed ^ (mixed >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return mixed ^ (mixed >>> 33);
  }
}
