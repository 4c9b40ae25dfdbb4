package io.heddle.runtime.fold;

import java.util.Arrays;

/** Numbers lists of integers in the order in which they first come, without an object for each. */
final class Numbers {
  private static final int FREE = -1;
  private static final int MIXING = 0x9E3779B9;

  /** The content of all lists, one behind the other, and where each begins. */
  private int[] content = new int[64];

  private int[] start = new int[16];
  private int count;

  /** Numbers by hash, in a table that is at most half full. */
  private int[] table = free(32);

  private final int[] pair = new int[2];

  private static int[] free(int size) {
    int[] table = new int[size];
    Arrays.fill(table, FREE);
    return table;
  }

  /** The number of a pair. */
  int of(int first, int second) {
    pair[0] = first;
    pair[1] = second;
    return of(pair, 2);
  }

  /** The number of the first integers of an array, which is free to change later. */
  int of(int[] list, int length) {
    int at = hash(list, 0, length) & (table.length - 1);
    while (table[at] != FREE) {
      int number = table[at];
      if (Arrays.equals(content, start[number], start[number + 1], list, 0, length)) {
        return number;
      }
      at = (at + 1) & (table.length - 1);
    }
    table[at] = count;
    return add(list, length);
  }

  private int add(int[] list, int length) {
    int from = start[count];
    if (content.length - from < length) {
      content = Arrays.copyOf(content, Math.max(2 * content.length, from + length));
    }
    System.arraycopy(list, 0, content, from, length);
    int number = count++;
    if (start.length == count) {
      start = Arrays.copyOf(start, 2 * count);
    }
    start[count] = from + length;
    if (2 * count > table.length) {
      grow();
    }
    return number;
  }

  private void grow() {
    table = free(2 * table.length);
    for (int number = 0; number < count; number++) {
      int at = hash(content, start[number], start[number + 1]) & (table.length - 1);
      while (table[at] != FREE) {
        at = (at + 1) & (table.length - 1);
      }
      table[at] = number;
    }
  }

  private static int hash(int[] list, int from, int to) {
    int hash = 1;
    for (int i = from; i < to; i++) {
      hash = (hash ^ list[i]) * MIXING;
      hash ^= hash >>> 15;
    }
    return hash;
  }

  /** How many differ. */
  int count() {
    return count;
  }
}
