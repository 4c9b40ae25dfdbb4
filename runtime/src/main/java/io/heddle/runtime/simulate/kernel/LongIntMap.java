package io.heddle.runtime.simulate.kernel;

import java.util.Arrays;

/** Numbers by key, without boxes. Entries are never removed. */
public final class LongIntMap {
  /** What {@link #get} answers for a key that is not there. */
  public static final int ABSENT = -1;

  private long[] keys = new long[16];
  private int[] values = new int[16];
  private int size;

  public LongIntMap() {
    Arrays.fill(values, ABSENT);
  }

  /** Number of keys. */
  public int size() {
    return size;
  }

  /** The number under the key, or {@link #ABSENT}. */
  public int get(long key) {
    return values[place(key)];
  }

  /**
   * Puts a number under a key.
   *
   * @param value 0 or more
   */
  public void put(long key, int value) {
    int at = place(key);
    if (values[at] == ABSENT) {
      if (2 * ++size > keys.length) {
        grow();
        at = place(key);
      }
      keys[at] = key;
    }
    values[at] = value;
  }

  private int place(long key) {
    int mask = keys.length - 1;
    long mixed = key * 0x9E3779B97F4A7C15L;
    int at = (int) ((mixed >>> 32) ^ (mixed >>> 20)) & mask;
    while (values[at] != ABSENT && keys[at] != key) {
      at = (at + 1) & mask;
    }
    return at;
  }

  private void grow() {
    long[] oldKeys = keys;
    int[] oldValues = values;
    keys = new long[Math.multiplyExact(2, oldKeys.length)];
    values = new int[keys.length];
    Arrays.fill(values, ABSENT);
    for (int i = 0; i < oldKeys.length; i++) {
      if (oldValues[i] != ABSENT) {
        int at = place(oldKeys[i]);
        keys[at] = oldKeys[i];
        values[at] = oldValues[i];
      }
    }
  }
}
