package io.heddle.runtime.simulate.config;

import io.heddle.plan.mesh.Group;
import io.heddle.plan.mesh.Groups;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** AstraSim's group file: ids from 1, each with its ranks in the order of their ring. */
public final class CommunicatorGroups {
  private static final int[] NOBODY = {};
  private static final IdSet NO_IDS = new IdSet();

  /** No group but that of all ranks, which needs no entry. */
  public static final CommunicatorGroups NONE = new CommunicatorGroups(Map.of(), NO_IDS);

  private final Map<Integer, int[]> members;
  private final IdSet ids;

  /** Of a plan, whose groups are not copied: there are as many as ranks. */
  private final @Nullable Groups planned;

  /**
   * @param members groups that have members
   * @param ids all groups
   */
  CommunicatorGroups(Map<Integer, int[]> members, IdSet ids) {
    this.members = members;
    this.ids = ids;
    this.planned = null;
  }

  private CommunicatorGroups(Groups planned) {
    this.members = Map.of();
    this.ids = NO_IDS;
    this.planned = planned;
  }

  /** The groups of a plan. */
  public static CommunicatorGroups of(Groups groups) {
    return new CommunicatorGroups(groups);
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
    if (planned != null) {
      return planned.all().stream().mapToInt(Group::id).sorted().toArray();
    }
    return members.keySet().stream().mapToInt(Integer::intValue).sorted().toArray();
  }

  /** Number of groups, empty ones among them. */
  public int count() {
    return planned == null ? ids.size() : planned.all().size();
  }

  /** Ranks of a group in the order of its ring; null where there is no such group. */
  public int @Nullable [] members(int id) {
    if (planned != null) {
      return planned.hasId(id)
          ? planned.parted().get(planned.partedOf(id)).ring(planned.numberOf(id))
          : null;
    }
    int[] ranks = members.get(id);
    if (ranks == null) {
      return ids.contains(id) ? NOBODY : null;
    }
    return ranks.clone();
  }
}
