package io.heddle.runtime.simulate.config;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/** Whole numbers from 0, in pages of bits that are made when they are needed. */
final class IdSet {
  private static final int PAGE_BITS = 16;

  private final @Nullable BitSet[] pages = new @Nullable BitSet[1 << (31 - PAGE_BITS)];
  private int size;

  int size() {
    return size;
  }

  boolean contains(int id) {
    BitSet page = id < 0 ? null : pages[id >> PAGE_BITS];
    return page != null && page.get(id & ((1 << PAGE_BITS) - 1));
  }

  /** Whether the number was not there yet. */
  boolean add(int id) {
    BitSet page = pages[id >> PAGE_BITS];
    if (page == null) {
      page = new BitSet();
      pages[id >> PAGE_BITS] = page;
    }
    int bit = id & ((1 << PAGE_BITS) - 1);
    if (page.get(bit)) {
      return false;
    }
    page.set(bit);
    size++;
    return true;
  }
}
