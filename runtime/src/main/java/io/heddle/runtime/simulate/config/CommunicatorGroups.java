package io.heddle.runtime.simulate.config;

import io.heddle.runtime.mesh.Group;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** AstraSim's group file: ids from 1, each with its ranks in the order of their ring. */
public final class CommunicatorGroups {
  /** No group but that of all ranks, which needs no entry. */
  public static final CommunicatorGroups NONE = new CommunicatorGroups(Map.of());

  private final Map<Integer, int[]> members;

  CommunicatorGroups(Map<Integer, int[]> members) {
    this.members = members;
  }

  /** The groups of a plan. */
  public static CommunicatorGroups of(Collection<Group> groups) {
    Map<Integer, int[]> members = new HashMap<>();
    for (Group group : groups) {
      members.put(group.id(), group.ring());
    }
    return new CommunicatorGroups(members);
  }

  /** Groups by id; arrays are copied. */
  public static CommunicatorGroups of(Map<Integer, int[]> groups) {
    Map<Integer, int[]> members = new HashMap<>();
    groups.forEach((id, ranks) -> members.put(id, ranks.clone()));
    return new CommunicatorGroups(members);
  }

  /** All ids. */
  public Set<Integer> ids() {
    return java.util.Collections.unmodifiableSet(members.keySet());
  }

  /** Ranks of a group in the order of its ring; null where there is no such group. */
  public int @Nullable [] members(int id) {
    int[] ranks = members.get(id);
    return ranks == null ? null : ranks.clone();
  }
}
