package io.heddle.runtime.fold;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Numbers lists of integers in the order in which they first come. */
final class Numbers {
  private final Map<Key, Integer> known = new HashMap<>();

  private static final class Key {
    private final int[] list;

    Key(int[] list) {
      this.list = list;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Key key && Arrays.equals(list, key.list);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(list);
    }
  }

  /** The number of a list, which must not change any more. */
  int of(int... list) {
    Key key = new Key(list);
    Integer number = known.get(key);
    if (number == null) {
      number = known.size();
      known.put(key, number);
    }
    return number;
  }

  /** How many differ. */
  int count() {
    return known.size();
  }
}
