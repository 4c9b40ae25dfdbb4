package io.heddle.runtime.simulate.config;

import io.heddle.plan.mesh.Group;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** AstraSim's group file: ids from 1, each with its ranks in the order of their ring. */
public final class CommunicatorGroups {
  private static final int[] NOBODY = {};

  /** No group but that of all ranks, which needs no entry. */
  public static final CommunicatorGroups NONE = new CommunicatorGroups(Map.of(), new IdSet());

  private final Map<Integer, int[]> members;
  private final IdSet ids;

  /**
   * @param members groups that have members
   * @param ids all groups
   */
  CommunicatorGroups(Map<Integer, int[]> members, IdSet ids) {
    this.members = members;
    this.ids = ids;
  }

  /** The groups of a plan. */
  public static CommunicatorGroups of(Collection<Group> groups) {
    Map<Integer, int[]> members = new HashMap<>();
    for (Group group : groups) {
      members.put(group.id(), group.ring());
    }
    return of(members);
  }

  /** Groups by id; arrays are copied. */
  public static CommunicatorGroups of(Map<Integer, int[]> groups) {
    Map<Integer, int[]> members = new HashMap<>();
    IdSet ids = new IdSet();
    groups.forEach(
        (id, ranks) -> {
          ids.add(id);
          members.put(id, ranks.clone());
        });
    return new CommunicatorGroups(members, ids);
  }

  /** Ids of the groups that have members, ascending. */
  public int[] ids() {
    return members.keySet().stream().mapToInt(Integer::intValue).sorted().toArray();
  }

  /** Number of groups, empty ones among them. */
  public int count() {
    return ids.size();
  }

  /** Ranks of a group in the order of its ring; null where there is no such group. */
  public int @Nullable [] members(int id) {
    int[] ranks = members.get(id);
    if (ranks == null) {
      return ids.contains(id) ? NOBODY : null;
    }
    return ranks.clone();
  }
}
