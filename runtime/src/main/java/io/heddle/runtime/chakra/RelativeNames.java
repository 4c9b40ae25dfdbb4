package io.heddle.runtime.chakra;

import io.heddle.plan.mesh.Group;
import org.jspecify.annotations.Nullable;

/**
 * How a trace names groups and ranks where it is that of several ranks: as each of them sees them.
 * docs/classes.md has the format.
 */
public interface RelativeNames {
  /** In place of {@code pg_name}: the kind of the group of a collective. */
  String GROUP_KIND = "group_kind";

  /** Of a message within a group: the kind of the group. */
  String PEER_KIND = "peer_kind";

  /**
   * In place of {@code comm_src} and {@code comm_dst}: places on the ring of the group to the other
   * rank; without {@link #PEER_KIND}, what the other rank's number is more than the own.
   */
  String PEER_DISTANCE = "peer_distance";

  /** The number of the kind of a group. */
  int kind(Group group);

  /**
   * How far away the other rank of a message is.
   *
   * @param group within which it travels; null between stages
   * @param peer sends it where {@code isReceived}, else receives it
   */
  int distance(@Nullable Group group, int peer, boolean isReceived);
}
