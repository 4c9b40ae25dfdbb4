package io.heddle.runtime.simulate.workload;

import java.util.Arrays;

/**
 * Slots of unfinished nodes by id, where ids rise one by one: a ring over the last of them. A slot
 * that has come to hold another node tells by itself that the one looked for is finished.
 */
final class PendingSlots {
  private int[] slots = new int[64];

  PendingSlots() {
    Arrays.fill(slots, NodeTable.NONE);
  }

  void put(NodeTable table, long id, int slot) {
    int old = slots[place(id)];
    while (old != NodeTable.NONE && table.holds(old) && collides(table.id(old), id)) {
      grow(table);
      old = slots[place(id)];
    }
    slots[place(id)] = slot;
  }

  int get(NodeTable table, long id) {
    int slot = slots[place(id)];
    return slot != NodeTable.NONE && table.holds(slot) && table.id(slot) == id
        ? slot
        : NodeTable.NONE;
  }

  private boolean collides(long other, long id) {
    return other != id && place(other) == place(id);
  }

  private int place(long id) {
    return (int) id & (slots.length - 1);
  }

  private void grow(NodeTable table) {
    int[] old = slots;
    slots = new int[Math.multiplyExact(2, old.length)];
    Arrays.fill(slots, NodeTable.NONE);
    for (int slot : old) {
      if (slot != NodeTable.NONE && table.holds(slot)) {
        slots[place(table.id(slot))] = slot;
      }
    }
  }
}
