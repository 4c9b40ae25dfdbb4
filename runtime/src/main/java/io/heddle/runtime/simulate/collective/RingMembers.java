package io.heddle.runtime.simulate.collective;

import io.heddle.plan.mesh.Collective;

/** The members of a group that have issued the collective which is next in it. */
final class RingMembers {
  private final int[] slot;
  private final long[] ready;
  private int joined;
  private long number;
  private long bytes;
  private Collective collective = Collective.ALL_REDUCE;

  RingMembers(int size) {
    slot = new int[size];
    ready = new long[size];
  }

  /**
   * A member issues the collective.
   *
   * @return whether it is the last
   * @throws OrderMatters if another one issued something else
   */
  boolean join(int position, int ofSlot, long now, long chunk, Collective what, long chunkBytes) {
    if (joined == 0) {
      number = chunk;
      collective = what;
      bytes = chunkBytes;
    } else if (number != chunk || collective != what || bytes != chunkBytes) {
      throw new OrderMatters();
    }
    slot[position] = ofSlot;
    ready[position] = now;
    return ++joined == slot.length;
  }

  void clear() {
    joined = 0;
  }

  int slot(int position) {
    return slot[position];
  }

  /** When a member has issued the collective, or ended its phases so far. */
  long ready(int position) {
    return ready[position];
  }

  /** A member ends a phase. */
  void ready(int position, long nanos) {
    ready[position] = nanos;
  }

  /** All members end a phase of theirs alone. */
  void delay(long nanos) {
    for (int i = 0; i < ready.length; i++) {
      ready[i] += nanos;
    }
  }
}
