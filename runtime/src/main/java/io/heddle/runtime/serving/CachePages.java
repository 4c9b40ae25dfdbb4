package io.heddle.runtime.serving;

import java.util.Arrays;

/**
 * Pages of a replica's cache. Free pages stand in a line in the order in which they were freed, and
 * are taken from its front; those that hold a block of a prompt keep it until they are taken, and
 * leave the line when a request that begins with it comes before that.
 *
 * <p>Blocks are known by their numbers. A block has a whole number of pages.
 */
final class CachePages {
  private static final int NONE = -1;

  /** A block that is not in memory; others have the number of requests that use them. */
  private static final int ABSENT = -1;

  private final int all;
  private final int blockPages;
  private final boolean freeFirst;

  /** Pages in the line, those with blocks included. */
  private int available;

  // Nodes of the line: numbers below the blocks' count are blocks, others runs of nameless pages.
  private final int[] users;
  private int[] next;
  private int[] previous;
  private int[] pages;
  private int head = NONE;
  private int tail = NONE;
  private int unused;
  private int[] spare = new int[4];
  private int spares;

  /**
   * An empty cache.
   *
   * @param all pages
   * @param blockPages pages of a block
   * @param blocks numbers of blocks are below
   * @param freeFirst whether pages that hold nothing are taken before any that holds a block
   */
  CachePages(int all, int blockPages, int blocks, boolean freeFirst) {
    this.all = all;
    this.blockPages = blockPages;
    this.freeFirst = freeFirst;
    this.users = new int[blocks];
    Arrays.fill(users, ABSENT);
    this.next = new int[blocks + 4];
    this.previous = new int[blocks + 4];
    this.pages = new int[blocks + 4];
    this.unused = blocks;
    give(all);
  }

  int all() {
    return all;
  }

  /** Pages that can be taken. */
  int available() {
    return available;
  }

  /** Pages of a block. */
  int blockPages() {
    return blockPages;
  }

  /** Takes pages, which there are. */
  void take(int count) {
    int left = count;
    while (left > 0) {
      int node = head;
      if (node < users.length) {
        unlink(node);
        users[node] = ABSENT;
        addNameless(blockPages, true);
      } else if (pages[node] > left) {
        pages[node] -= left;
        left = 0;
      } else {
        left -= pages[node];
        unlink(node);
        recycle(node);
      }
    }
    available -= count;
  }

  /** Gives pages back that hold nothing that anybody could ask for. */
  void give(int count) {
    if (count > 0) {
      addNameless(count, freeFirst);
      available += count;
    }
  }

  /** Whether a block is in memory. */
  boolean has(int block) {
    return users[block] != ABSENT;
  }

  /** Whether a block is in memory for nobody, so that to use it takes pages out of the line. */
  boolean isIdle(int block) {
    return users[block] == 0;
  }

  /** Uses a block that is in memory. */
  void use(int block) {
    if (users[block]++ == 0) {
      unlink(block);
      available -= blockPages;
    }
  }

  /** Says that pages which a request has taken hold a block that was not in memory. */
  void hold(int block) {
    users[block] = 1;
  }

  /** Ends the use of a block: it stays until its pages are taken. */
  void leave(int block) {
    if (--users[block] == 0) {
      pages[block] = blockPages;
      link(block, false);
      available += blockPages;
    }
  }

  private void addNameless(int count, boolean atFront) {
    int neighbour = atFront ? head : tail;
    if (neighbour >= users.length) {
      pages[neighbour] += count;
      return;
    }
    int node = spares > 0 ? spare[--spares] : fresh();
    pages[node] = count;
    link(node, atFront);
  }

  private int fresh() {
    if (unused == next.length) {
      next = Arrays.copyOf(next, 2 * unused);
      previous = Arrays.copyOf(previous, 2 * unused);
      pages = Arrays.copyOf(pages, 2 * unused);
    }
    return unused++;
  }

  private void recycle(int node) {
    if (spares == spare.length) {
      spare = Arrays.copyOf(spare, 2 * spares);
    }
    spare[spares++] = node;
  }

  private void link(int node, boolean atFront) {
    if (head == NONE) {
      head = node;
      tail = node;
      next[node] = NONE;
      previous[node] = NONE;
    } else if (atFront) {
      next[node] = head;
      previous[node] = NONE;
      previous[head] = node;
      head = node;
    } else {
      previous[node] = tail;
      next[node] = NONE;
      next[tail] = node;
      tail = node;
    }
  }

  private void unlink(int node) {
    if (previous[node] == NONE) {
      head = next[node];
    } else {
      next[previous[node]] = next[node];
    }
    if (next[node] == NONE) {
      tail = previous[node];
    } else {
      previous[next[node]] = previous[node];
    }
  }
}
