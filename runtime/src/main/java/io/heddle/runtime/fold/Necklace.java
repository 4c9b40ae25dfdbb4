package io.heddle.runtime.fold;

/**
 * A cyclic list in one form for all its rotations: where its least rotation begins, and behind how
 * many places it repeats itself.
 *
 * @param start place at which the least rotation begins
 * @param period a divisor of the length
 */
record Necklace(int start, int period) {
  /** The form of a list that is not empty. */
  static Necklace of(int[] list) {
    return new Necklace(leastRotation(list), period(list));
  }

  /** The least rotation, once through its period. */
  int[] beads(int[] list) {
    int[] beads = new int[period];
    for (int i = 0; i < period; i++) {
      beads[i] = list[(start + i) % list.length];
    }
    return beads;
  }

  /** Two candidates race; the one that loses skips all that it shared with the other. */
  private static int leastRotation(int[] list) {
    int n = list.length;
    int i = 0;
    int j = 1;
    int same = 0;
    while (i < n && j < n && same < n) {
      int a = list[(i + same) % n];
      int b = list[(j + same) % n];
      if (a == b) {
        same++;
        continue;
      }
      if (a > b) {
        i += same + 1;
      } else {
        j += same + 1;
      }
      if (i == j) {
        j++;
      }
      same = 0;
    }
    return Math.min(i, j);
  }

  /** From the longest border, as Knuth, Morris and Pratt find it. */
  private static int period(int[] list) {
    int n = list.length;
    int[] border = new int[n];
    for (int i = 1; i < n; i++) {
      int length = border[i - 1];
      while (length > 0 && list[i] != list[length]) {
        length = border[length - 1];
      }
      border[i] = list[i] == list[length] ? length + 1 : 0;
    }
    int period = n - border[n - 1];
    return n % period == 0 ? period : n;
  }
}
