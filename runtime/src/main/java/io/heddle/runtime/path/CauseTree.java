package io.heddle.runtime.path;

import java.util.Arrays;

/**
 * Nodes that are done, each with the one that let it begin. A record lives as long as something
 * refers to it: a record that it caused, or who holds it. What led to nothing is given up at once,
 * so that of all nodes only the ancestors of the latest ones stay. A record takes 28 bytes, in
 * pages that never move.
 */
final class CauseTree {
  /** No record. */
  static final int NONE = -1;

  private static final int PAGE_BITS = 15;
  private static final int PAGE = 1 << PAGE_BITS;
  private static final int IN_PAGE = PAGE - 1;

  private final int most;
  // By page and place in it. The cause of a free record is the next free one.
  private int[][] cause = new int[4][];
  private int[][] references = new int[4][];
  private int[][] rank = new int[4][];
  private long[][] id = new long[4][];
  private long[][] completed = new long[4][];
  private int records;
  private int free = NONE;
  private int live;
  private int mostLive;

  /**
   * @param most records at a time
   */
  CauseTree(int most) {
    this.most = most;
  }

  /** Whether there is no room for another record. */
  boolean full() {
    return live == most;
  }

  /** Most records that were there at a time. */
  int mostLive() {
    return mostLive;
  }

  /**
   * Adds a node, which the caller holds.
   *
   * @param because what let it begin, or {@link #NONE}
   */
  int add(int because, int ofRank, long node, long when) {
    int record = free;
    if (record == NONE) {
      record = records++;
      if ((record & IN_PAGE) == 0) {
        addPage(record >>> PAGE_BITS);
      }
    } else {
      free = cause(record);
    }
    mostLive = Math.max(mostLive, ++live);
    int page = record >>> PAGE_BITS;
    int at = record & IN_PAGE;
    hold(because);
    cause[page][at] = because;
    references[page][at] = 1;
    rank[page][at] = ofRank;
    id[page][at] = node;
    completed[page][at] = when;
    return record;
  }

  private void addPage(int page) {
    if (page == cause.length) {
      cause = Arrays.copyOf(cause, 2 * page);
      references = Arrays.copyOf(references, 2 * page);
      rank = Arrays.copyOf(rank, 2 * page);
      id = Arrays.copyOf(id, 2 * page);
      completed = Arrays.copyOf(completed, 2 * page);
    }
    cause[page] = new int[PAGE];
    references[page] = new int[PAGE];
    rank[page] = new int[PAGE];
    id[page] = new long[PAGE];
    completed[page] = new long[PAGE];
  }

  /** Somebody more refers to the record; {@link #NONE} is let be. */
  void hold(int record) {
    if (record != NONE) {
      references[record >>> PAGE_BITS][record & IN_PAGE]++;
    }
  }

  /** Somebody less refers to the record; {@link #NONE} is let be. */
  void release(int record) {
    int at = record;
    while (at != NONE && --references[at >>> PAGE_BITS][at & IN_PAGE] == 0) {
      int before = cause(at);
      cause[at >>> PAGE_BITS][at & IN_PAGE] = free;
      free = at;
      live--;
      at = before;
    }
  }

  int cause(int record) {
    return cause[record >>> PAGE_BITS][record & IN_PAGE];
  }

  int rank(int record) {
    return rank[record >>> PAGE_BITS][record & IN_PAGE];
  }

  long id(int record) {
    return id[record >>> PAGE_BITS][record & IN_PAGE];
  }

  /** When the node was done, ns. */
  long completed(int record) {
    return completed[record >>> PAGE_BITS][record & IN_PAGE];
  }
}
