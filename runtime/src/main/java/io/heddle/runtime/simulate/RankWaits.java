package io.heddle.runtime.simulate;

import io.heddle.runtime.simulate.workload.NodeTable;
import io.heddle.runtime.simulate.workload.Parents;
import io.heddle.runtime.simulate.workload.RankWorkload;
import java.util.Arrays;
import java.util.function.IntConsumer;

/** What each unfinished node of a stuck rank waits for. */
final class RankWaits {
  private static final byte WAITING = 1;
  private static final byte FREE = 2;
  private static final byte UNDER_WAY = 3;

  private final RankWorkload rank;
  private final byte[] state;
  private final Parents parents;
  private final long[] need;

  RankWaits(RankWorkload rank) {
    this.rank = rank;
    NodeTable table = rank.nodes();
    int slots = table.slots();
    this.state = new byte[slots];
    this.need = new long[slots];
    Arrays.fill(need, WaitGraph.NOTHING);
    for (int slot = 0; slot < slots; slot++) {
      if (table.holds(slot)) {
        state[slot] = table.waits(slot) ? WAITING : UNDER_WAY;
      }
    }
    rank.eachFree(slot -> state[slot] = FREE);
    this.parents = new Parents(table);
  }

  int slots() {
    return state.length;
  }

  boolean underWay(int slot) {
    return state[slot] == UNDER_WAY;
  }

  /** Calls back with the slot of each node that is under way. */
  void eachUnderWay(IntConsumer visitor) {
    each(UNDER_WAY, UNDER_WAY, visitor);
  }

  /** Calls back with the slot of each node that is not issued. */
  void eachUnissued(IntConsumer visitor) {
    each(WAITING, FREE, visitor);
  }

  private void each(byte from, byte to, IntConsumer visitor) {
    for (int slot = 0; slot < state.length; slot++) {
      if (state[slot] >= from && state[slot] <= to) {
        visitor.accept(slot);
      }
    }
  }

  /** The node under way needs a node of another rank to be issued. */
  void needs(int slot, long node) {
    need[slot] = node;
  }

  /** What the node under way needs; {@link WaitGraph#NOTHING} if that is not there. */
  long need(int slot) {
    return need[slot];
  }

  /**
   * The {@code index}-th node that the node waits for: its parents; if it has none, what holds its
   * lane; if it is under way, what it needs of another rank. {@link WaitGraph#NOTHING} after the
   * last.
   */
  long blocker(int slot, int index) {
    if (state[slot] == WAITING) {
      return index < parents.count(slot)
          ? WaitGraph.node(rank.rank(), parents.get(slot, index))
          : WaitGraph.NOTHING;
    }
    if (index > 0) {
      return WaitGraph.NOTHING;
    }
    if (state[slot] == FREE) {
      int holder = rank.holder(slot);
      return holder < 0 ? WaitGraph.NOTHING : WaitGraph.node(rank.rank(), holder);
    }
    return need[slot];
  }
}
