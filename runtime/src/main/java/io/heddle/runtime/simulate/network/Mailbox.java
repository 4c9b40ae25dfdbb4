package io.heddle.runtime.simulate.network;

import io.heddle.runtime.simulate.kernel.Actions;
import java.util.Arrays;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Matches messages with receives: the k-th of each with the same tag, ranks and size belong
 * together. For each such key it keeps either the receives that wait, first come first, or the
 * number of messages that nobody has asked for. Equal messages never overtake each other in either
 * network, so that the k-th to arrive is the k-th sent.
 */
public final class Mailbox {
  private static final int NONE = -1;

  // Keys, by open addressing over slot numbers.
  private int[] table = new int[64];
  private int used;
  private int[] tag = new int[16];
  private int[] source = new int[16];
  private int[] destination = new int[16];
  private long[] size = new long[16];
  private int[] arrived = new int[16];
  private int[] head = new int[16];
  private int[] tail = new int[16];
  private int freeKey = NONE;
  private int keys;

  // Receives that wait.
  private long[] action = new long[16];
  private int[] next = new int[16];
  private int freeCell = NONE;
  private int cells;

  /** Whether no message and no receive waits. */
  public boolean isEmpty() {
    return used == 0;
  }

  /** Calls back with what was to happen after each receive that waits. */
  public void eachWaiting(LongConsumer visitor) {
    for (int entry : table) {
      for (int cell = entry == 0 || arrived[entry - 1] > 0 ? NONE : head[entry - 1];
          cell != NONE;
          cell = next[cell]) {
        visitor.accept(action[cell]);
      }
    }
  }

  /** Takes the receive that the message completes; {@link Actions#NONE} if it must wait for one. */
  public long arrive(int messageTag, int from, int to, long bytes) {
    int key = find(messageTag, from, to, bytes);
    if (key == NONE) {
      key = add(messageTag, from, to, bytes);
      arrived[key] = 1;
      return Actions.NONE;
    }
    if (head[key] == NONE) {
      arrived[key] = Math.addExact(arrived[key], 1);
      return Actions.NONE;
    }
    int cell = head[key];
    head[key] = next[cell];
    next[cell] = freeCell;
    freeCell = cell;
    if (head[key] == NONE) {
      remove(key);
    }
    return action[cell];
  }

  /** Takes the message that the receive asks for, if it is there; else the receive waits. */
  public boolean receive(int messageTag, int from, int to, long bytes, long then) {
    int key = find(messageTag, from, to, bytes);
    if (key == NONE) {
      key = add(messageTag, from, to, bytes);
    } else if (arrived[key] > 0) {
      if (--arrived[key] == 0) {
        remove(key);
      }
      return true;
    }
    int cell = freeCell;
    if (cell == NONE) {
      cell = cells++;
      if (cell == action.length) {
        action = Arrays.copyOf(action, grown(cell));
        next = Arrays.copyOf(next, grown(cell));
      }
    } else {
      freeCell = next[cell];
    }
    action[cell] = then;
    next[cell] = NONE;
    if (head[key] == NONE) {
      head[key] = cell;
    } else {
      next[tail[key]] = cell;
    }
    tail[key] = cell;
    return false;
  }

  /**
   * A message between two ranks that waits for a receive: with the tag if there is one, else of the
   * size; null if there is none.
   *
   * @param tagsBelow only messages with smaller tags
   */
  MessageTransport.@Nullable Unclaimed unclaimed(
      int from, int to, int messageTag, long bytes, int tagsBelow) {
    MessageTransport.Unclaimed ofSize = null;
    for (int entry : table) {
      int key = entry - 1;
      if (entry != 0
          && arrived[key] > 0
          && source[key] == from
          && destination[key] == to
          && tag[key] < tagsBelow) {
        if (tag[key] == messageTag) {
          return new MessageTransport.Unclaimed(tag[key], size[key]);
        }
        if (size[key] == bytes) {
          ofSize = new MessageTransport.Unclaimed(tag[key], size[key]);
        }
      }
    }
    return ofSize;
  }

  private int add(int messageTag, int from, int to, long bytes) {
    int key = freeKey;
    if (key == NONE) {
      key = keys++;
      if (key == tag.length) {
        growKeys(grown(key));
      }
    } else {
      freeKey = head[key];
    }
    tag[key] = messageTag;
    source[key] = from;
    destination[key] = to;
    size[key] = bytes;
    arrived[key] = 0;
    head[key] = NONE;
    if (2 * ++used > table.length) {
      growTable();
    }
    insert(key);
    return key;
  }

  private void growKeys(int capacity) {
    tag = Arrays.copyOf(tag, capacity);
    source = Arrays.copyOf(source, capacity);
    destination = Arrays.copyOf(destination, capacity);
    size = Arrays.copyOf(size, capacity);
    arrived = Arrays.copyOf(arrived, capacity);
    head = Arrays.copyOf(head, capacity);
    tail = Arrays.copyOf(tail, capacity);
  }

  private static int grown(int count) {
    return Math.addExact(count, (count >> 1) + 1);
  }

  private int find(int messageTag, int from, int to, long bytes) {
    int mask = table.length - 1;
    for (int i = hash(messageTag, from, to, bytes) & mask; table[i] != 0; i = (i + 1) & mask) {
      int key = table[i] - 1;
      if (tag[key] == messageTag
          && source[key] == from
          && destination[key] == to
          && size[key] == bytes) {
        return key;
      }
    }
    return NONE;
  }

  private int home(int key) {
    return hash(tag[key], source[key], destination[key], size[key]) & (table.length - 1);
  }

  private void insert(int key) {
    int mask = table.length - 1;
    int i = home(key);
    while (table[i] != 0) {
      i = (i + 1) & mask;
    }
    table[i] = key + 1;
  }

  private void remove(int key) {
    int mask = table.length - 1;
    int hole = home(key);
    while (table[hole] != key + 1) {
      hole = (hole + 1) & mask;
    }
    for (int i = (hole + 1) & mask; table[i] != 0; i = (i + 1) & mask) {
      int place = home(table[i] - 1);
      if (((i - place) & mask) >= ((i - hole) & mask)) {
        table[hole] = table[i];
        hole = i;
      }
    }
    table[hole] = 0;
    used--;
    head[key] = freeKey;
    freeKey = key;
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

  private static int hash(int messageTag, int from, int to, long bytes) {
    long mixed = ((messageTag * 0x9E3779B97F4A7C15L) ^ bytes) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 29) ^ ((long) from << 32) ^ to) * 0x94D049BB133111EBL;
    return (int) (mixed >>> 32);
  }
}
