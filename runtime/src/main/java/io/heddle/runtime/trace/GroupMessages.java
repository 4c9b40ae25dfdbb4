package io.heddle.runtime.trace;

import io.heddle.plan.mesh.Group;

/**
 * Messages between members of a group: what all exchange with all, and what goes round their ring.
 */
final class GroupMessages {
  /** Their tags begin above those of messages between stages. */
  private static final int FIRST_TAG = 1 << 28;

  private static final int TAGS = 1 << 27;

  private final RankEmitter rank;
  private final Bundles bundles;
  private int exchanges;

  GroupMessages(RankEmitter rank, Bundles bundles) {
    this.rank = rank;
    this.bundles = bundles;
  }

  /**
   * Exchanges the parts of a tensor: member i sends to i + 1, i + 2, … and receives from i - 1, i -
   * 2, ….
   *
   * @param bytes of the whole tensor
   * @return the bundle of all receives
   */
  long exchange(String operation, Group group, long bytes) {
    int members = group.size();
    int me = group.position(rank.rank());
    int tag = nextTag();
    long part = Math.max(1, bytes / members);
    rank.exchanging(true);
    for (int distance = 1; distance < members; distance++) {
      int to = group.member((me + distance) % members);
      rank.sendWithin(group, operation, to, tag, part);
    }
    long bundle = bundles.open();
    for (int distance = 1; distance < members; distance++) {
      int from = group.member((me - distance + members) % members);
      bundles.add(rank.receiveWithin(group, operation, from, tag, part));
    }
    rank.exchanging(false);
    return bundle;
  }

  /** Sends to the next rank of the group's ring; returns the receive from the one before. */
  long pass(String operation, Group group, long bytes) {
    return pass(operation, group, 1, bytes);
  }

  /**
   * As {@link #pass(String, Group, long)}, to the rank before; returns the receive from the next.
   */
  long passBack(String operation, Group group, long bytes) {
    return pass(operation, group, group.size() - 1, bytes);
  }

  private long pass(String operation, Group group, int distance, long bytes) {
    int members = group.size();
    int me = group.position(rank.rank());
    int tag = nextTag();
    rank.sendWithin(group, operation, group.member((me + distance) % members), tag, bytes);
    int from = group.member((me - distance + members) % members);
    return rank.receiveWithin(group, operation, from, tag, bytes);
  }

  private int nextTag() {
    return FIRST_TAG + exchanges++ % TAGS;
  }
}
