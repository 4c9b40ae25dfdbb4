package io.heddle.runtime.simulate.kernel;

import java.util.Arrays;

/**
 * What happens when. Two levels, as AstraSim has them: a tick holds a first-in-first-out list of
 * events; one of these may be a rank's own list for that tick, which then runs as a whole. What is
 * added to a list while it runs still runs with it. Nothing is allocated for an event once the
 * arrays have grown.
 */
public final class EventQueue {
  private static final int NONE = -1;
  private static final int EVERYBODY = -1;

  private long now;

  // Cells of the lists. A negative action is ~list: the rank's list that runs here.
  private long[] action = new long[64];
  private int[] nextCell = new int[64];
  private int freeCell = NONE;
  private int cells;

  // Lists, found by (time, rank).
  private long[] time = new long[16];
  private int[] rank = new int[16];
  private int[] head = new int[16];
  private int[] tail = new int[16];
  private int freeList = NONE;
  private int lists;

  // Open addressing: list + 1, or 0.
  private int[] table = new int[64];
  private int tableSize;

  // Binary heap of the lists of everybody.
  private int[] heap = new int[16];
  private int heapSize;

  private int running = NONE;
  private int runningRank = NONE;

  /** The time of the event that runs. */
  public long now() {
    return now;
  }

  /** Whether anything is to happen at the present tick that has not happened yet. */
  public boolean isDueNow() {
    return heapSize > 0 && time[heap[0]] == now;
  }

  /** Whether the event that runs is one of a rank's own, not one of everybody's. */
  public boolean isOfRank() {
    return runningRank != NONE;
  }

  /** Adds an event to a tick, which is not past. */
  public void at(long when, long what) {
    append(everybody(when), what);
  }

  /** Adds an event to the tick {@code delay} from now. */
  public void after(long delay, long what) {
    at(Tick.after(now, delay), what);
  }

  /** Adds an event to the list of a rank for the tick {@code delay} from now. */
  public void onRankAfter(int ofRank, long delay, long what) {
    long when = Tick.after(now, delay);
    int list = find(when, ofRank);
    if (list == NONE) {
      list = open(when, ofRank);
      append(everybody(when), ~list);
    }
    append(list, what);
  }

  /** Takes the next event; {@link Actions#NONE} when there is none. */
  public long poll() {
    while (true) {
      if (runningRank != NONE) {
        if (head[runningRank] != NONE) {
          return take(runningRank);
        }
        close(runningRank);
        runningRank = NONE;
      }
      if (running == NONE || head[running] == NONE) {
        if (running != NONE) {
          close(running);
          running = NONE;
        }
        if (heapSize == 0) {
          return Actions.NONE;
        }
        running = popHeap();
        now = time[running];
      }
      long what = take(running);
      if (what >= 0) {
        return what;
      }
      runningRank = (int) ~what;
    }
  }

  /** Bytes that the arrays take. */
  public long footprint() {
    return 12L * action.length + 20L * time.length + 4L * table.length + 4L * heap.length;
  }

  private int everybody(long when) {
    int list = find(when, EVERYBODY);
    if (list == NONE) {
      list = open(when, EVERYBODY);
      pushHeap(list);
    }
    return list;
  }

  private void append(int list, long what) {
    int cell = freeCell;
    if (cell == NONE) {
      cell = cells++;
      if (cell == action.length) {
        action = Arrays.copyOf(action, grown(cell));
        nextCell = Arrays.copyOf(nextCell, grown(cell));
      }
    } else {
      freeCell = nextCell[cell];
    }
    action[cell] = what;
    nextCell[cell] = NONE;
    if (head[list] == NONE) {
      head[list] = cell;
    } else {
      nextCell[tail[list]] = cell;
    }
    tail[list] = cell;
  }

  private long take(int list) {
    int cell = head[list];
    head[list] = nextCell[cell];
    nextCell[cell] = freeCell;
    freeCell = cell;
    return action[cell];
  }

  private int open(long when, int ofRank) {
    int list = freeList;
    if (list == NONE) {
      list = lists++;
      if (list == time.length) {
        int capacity = grown(list);
        time = Arrays.copyOf(time, capacity);
        rank = Arrays.copyOf(rank, capacity);
        head = Arrays.copyOf(head, capacity);
        tail = Arrays.copyOf(tail, capacity);
      }
    } else {
      freeList = head[list];
    }
    time[list] = when;
    rank[list] = ofRank;
    head[list] = NONE;
    if (2 * ++tableSize > table.length) {
      growTable();
    }
    insert(list);
    return list;
  }

  private void close(int list) {
    remove(list);
    tableSize--;
    head[list] = freeList;
    freeList = list;
  }

  private static int grown(int size) {
    return Math.addExact(size, (size >> 1) + 1);
  }

  private int find(long when, int ofRank) {
    int mask = table.length - 1;
    for (int i = hash(when, ofRank) & mask; table[i] != 0; i = (i + 1) & mask) {
      int list = table[i] - 1;
      if (time[list] == when && rank[list] == ofRank) {
        return list;
      }
    }
    return NONE;
  }

  private void insert(int list) {
    int mask = table.length - 1;
    int i = hash(time[list], rank[list]) & mask;
    while (table[i] != 0) {
      i = (i + 1) & mask;
    }
    table[i] = list + 1;
  }

  private void remove(int list) {
    int mask = table.length - 1;
    int hole = hash(time[list], rank[list]) & mask;
    while (table[hole] != list + 1) {
      hole = (hole + 1) & mask;
    }
    // Entries behind the hole move into it unless they would come before their own place.
    for (int i = (hole + 1) & mask; table[i] != 0; i = (i + 1) & mask) {
      int other = table[i] - 1;
      int home = hash(time[other], rank[other]) & mask;
      if (((i - home) & mask) >= ((i - hole) & mask)) {
        table[hole] = table[i];
        hole = i;
      }
    }
    table[hole] = 0;
  }

  private void growTable() {
    int[] old = table;
    table = new int[Math.multiplyExact(2, old.length)];
    for (int entry : old) {
      if (entry != 0) {
        insert(entry - 1);
      }
    }
  }

  private static int hash(long when, int ofRank) {
    long mixed = (when + ofRank * 0x9E3779B97F4A7C15L) * 0xD6E8FEB86659FD93L;
    return (int) ((mixed >>> 32) ^ (mixed >>> 15));
  }

  private void pushHeap(int list) {
    if (heapSize == heap.length) {
      heap = Arrays.copyOf(heap, grown(heapSize));
    }
    long when = time[list];
    int at = heapSize++;
    while (at > 0) {
      int parent = (at - 1) >> 1;
      if (Long.compareUnsigned(time[heap[parent]], when) <= 0) {
        break;
      }
      heap[at] = heap[parent];
      at = parent;
    }
    heap[at] = list;
  }

  private int popHeap() {
    int top = heap[0];
    int last = heap[--heapSize];
    long when = time[last];
    int at = 0;
    while (true) {
      int child = 2 * at + 1;
      if (child >= heapSize) {
        break;
      }
      if (child + 1 < heapSize
          && Long.compareUnsigned(time[heap[child + 1]], time[heap[child]]) < 0) {
        child++;
      }
      if (Long.compareUnsigned(when, time[heap[child]]) <= 0) {
        break;
      }
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = last;
    return top;
  }
}
