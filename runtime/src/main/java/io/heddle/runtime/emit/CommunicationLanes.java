package io.heddle.runtime.emit;

import io.heddle.plan.mesh.Group;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The last node of each communication lane of a rank: one lane for everything, or one for each of
 * its groups and none for messages between stages.
 */
final class CommunicationLanes {
  private final List<Group> groups = new ArrayList<>();

  /** The one lane comes first, then those of the groups. */
  private final long[] last;

  private boolean laneOfEachGroup;

  /**
   * @param groups of the rank
   */
  CommunicationLanes(@Nullable Group[] groups) {
    for (Group group : groups) {
      if (group != null) {
        this.groups.add(group);
        Stream.of(group.inside(), group.between())
            .filter(Objects::nonNull)
            .forEach(this.groups::add);
      }
    }
    this.last = new long[this.groups.size() + 1];
  }

  /** Each group has a lane of its own from here on. */
  void split() {
    laneOfEachGroup = true;
  }

  /**
   * Puts a node at the end of its lane, if it has one.
   *
   * @param group in which it communicates; null between stages
   * @return the node before it; {@link NodeIdList#NONE} if there is none
   */
  long add(long id, @Nullable Group group) {
    if (laneOfEachGroup && group == null) {
      return NodeIdList.NONE;
    }
    int lane = lane(group);
    long before = last[lane];
    last[lane] = id;
    return before;
  }

  private int lane(@Nullable Group group) {
    if (!laneOfEachGroup || group == null) {
      return 0;
    }
    // Several kinds may lead to one group.
    int kind = 0;
    while (groups.get(kind) != group) {
      kind++;
    }
    return kind + 1;
  }
}
