package io.heddle.runtime.emit;

import io.heddle.plan.expert.TokenSpread;
import io.heddle.plan.mesh.Group;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The messages of tokens that go once to each node and rank, with what they follow from.
 *
 * <p>Where the network has figures of a kernel that does this, the levels share the kernel's time
 * as they would share that of one after the other: within nodes it moves tokens while others are on
 * their way between them.
 *
 * @param of the group that exchanges them
 * @param levels one after the other
 */
record TokenMessages(
    Group of, long all, TokenSpread spread, boolean toExperts, List<Level> levels) {
  /**
   * Messages of each member of a group to each other.
   *
   * @param bytes of each
   * @param timed how long figures of the network say that they take; null where they say nothing
   */
  record Level(Group group, long bytes, @Nullable TimedExchange timed) {
    /** Those of a level that all together last so many ns; 0 where that is not known. */
    private static Level of(Group group, long bytes, double nanos) {
      int others = group.size() - 1;
      return new Level(group, bytes, nanos > 0 ? new TimedExchange(group, nanos / others) : null);
    }
  }

  /**
   * The messages of a rank; none where nodes have different numbers of members.
   *
   * @param nodeRanks ranks of a node; 0 where the network has one dimension
   * @param bytes of all rows of the rank
   */
  static TokenMessages of(
      Group group,
      int nodeRanks,
      long bytes,
      TokenSpread spread,
      boolean toExperts,
      NodeWriter writer) {
    int inNode = group.membersInNode(nodeRanks);
    Group between = inNode == 1 ? group : group.between();
    Group inside = inNode == group.size() ? group : group.inside();
    int nodes = between == null ? 1 : between.size();
    int ranks = inside == null ? 1 : inside.size();
    long toNode = between == null ? 0 : spread.bytesToNode(bytes, nodes);
    long toRank = inside == null ? 0 : spread.bytesToRank(bytes, nodes, ranks);
    long far = Math.multiplyExact(nodes - 1L, toNode);
    long near = Math.multiplyExact(ranks - 1L, toRank);
    double whole = Math.max(0, writer.measured(group, toExperts, far, near));
    double alone = far == 0 ? 0 : writer.measured(group, toExperts, far, 0);
    double share = near == 0 ? 1 : alone / (alone + writer.measured(group, toExperts, 0, near));
    List<Level> levels = new ArrayList<>();
    if (between != null) {
      levels.add(Level.of(between, toNode, whole * share));
    }
    if (inside != null) {
      levels.add(toExperts ? levels.size() : 0, Level.of(inside, toRank, whole * (1 - share)));
    }
    return new TokenMessages(group, bytes, spread, toExperts, List.copyOf(levels));
  }

  /** Whether they follow from this. */
  boolean isOf(Group group, long bytes, TokenSpread other, boolean there) {
    return of == group && all == bytes && toExperts == there && spread.equals(other);
  }
}
