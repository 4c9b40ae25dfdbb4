package io.heddle.plan.mesh;

import io.heddle.plan.marker.Api;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;

/**
 * All groups of a plan. Axes of size 1 drop out of a kind; kinds that are the same then share their
 * groups; a group of one rank is none. Ids depend on mesh, kinds and network alone, so that all
 * ranks agree without talking.
 */
@Api
public final class Groups {
  private final List<PartedRanks> parted;
  private final @Nullable PartedRanks[] ofKind;
  private final int[] partedOfId;
  private final int[] groupOfId;

  /**
   * @param mesh the ranks
   * @param kinds a kind's number is its place in this list
   * @param ringOrder order of the members of every group on its ring
   */
  public Groups(Mesh mesh, List<GroupKind> kinds, RingOrder ringOrder) {
    Map<Parting, PartedRanks> partings = new LinkedHashMap<>();
    Parting[] partingOfKind = new Parting[kinds.size()];
    for (int k = 0; k < partingOfKind.length; k++) {
      Parting parting = Parting.of(mesh, kinds.get(k));
      partingOfKind[k] = parting;
      if (!parting.isEmpty() && !partings.containsKey(parting)) {
        partings.put(parting, PartedRanks.of(mesh, parting, ringOrder));
      }
    }
    int[][] ids = GroupIds.number(mesh.ranks(), List.copyOf(partings.values()));
    List<PartedRanks> numbered = new ArrayList<>();
    for (Map.Entry<Parting, PartedRanks> entry : partings.entrySet()) {
      PartedRanks groups = entry.getValue().numbered(ids[numbered.size()]);
      numbered.add(groups);
      entry.setValue(groups);
    }
    this.parted = List.copyOf(numbered);
    this.ofKind = new @Nullable PartedRanks[partingOfKind.length];
    for (int k = 0; k < partingOfKind.length; k++) {
      ofKind[k] = partings.get(partingOfKind[k]);
    }
    int largest = Arrays.stream(ids).flatMapToInt(Arrays::stream).max().orElse(0);
    this.partedOfId = new int[largest + 1];
    this.groupOfId = new int[largest + 1];
    Arrays.fill(groupOfId, PartedRanks.NO_GROUP);
    for (int p = 0; p < ids.length; p++) {
      for (int group = 0; group < ids[p].length; group++) {
        partedOfId[ids[p][group]] = p;
        groupOfId[ids[p][group]] = group;
      }
    }
  }

  /**
   * The groups of one rank of each kind, without those of all others; null where the rank is in
   * none. Members and rings are the plan's, ids are not: they count from 1.
   */
  public static @Nullable Group[] around(
      int rank, Mesh mesh, List<GroupKind> kinds, RingOrder ringOrder) {
    @Nullable Group[] mine = new @Nullable Group[kinds.size()];
    Parting[] partings = new Parting[kinds.size()];
    for (int k = 0; k < mine.length; k++) {
      partings[k] = Parting.of(mesh, kinds.get(k));
      int same = Arrays.asList(partings).indexOf(partings[k]);
      if (same < k) {
        mine[k] = mine[same];
        continue;
      }
      int[] members = partings[k].group(mesh, rank);
      if (members != null) {
        ringOrder.arranger().arrange(members, 0, members.length);
        mine[k] = new Group(k + 1, partings[k].name(mesh, rank), partings[k].axes(), members);
      }
    }
    return mine;
  }

  /** Every group, kind by kind. */
  public List<Group> all() {
    return new AllGroups();
  }

  /** The ranks in each way of parting them into groups that occurs. */
  public List<PartedRanks> parted() {
    return parted;
  }

  /** Groups by id. */
  public Map<Integer, Group> byId() {
    Map<Integer, Group> byId = new HashMap<>();
    all().forEach(group -> byId.put(group.id(), group));
    return byId;
  }

  /** The largest id, 0 where there is no group. */
  public int largestId() {
    return groupOfId.length - 1;
  }

  /** The group with an id; null where there is none. */
  public @Nullable Group withId(int id) {
    return hasId(id) ? parted.get(partedOfId[id]).group(groupOfId[id]) : null;
  }

  /** Whether a group has the id. */
  public boolean hasId(int id) {
    return id > 0 && id < groupOfId.length && groupOfId[id] != PartedRanks.NO_GROUP;
  }

  /** The place in {@link #parted} of the groups among which one has the id. */
  public int partedOf(int id) {
    check(id);
    return partedOfId[id];
  }

  /** The number of the group with an id among those of {@link #partedOf}. */
  public int numberOf(int id) {
    check(id);
    return groupOfId[id];
  }

  private void check(int id) {
    if (!hasId(id)) {
      throw new IllegalArgumentException("no group " + id);
    }
  }

  /** The group of {@code rank} of each kind; null where the rank is in none. */
  public @Nullable Group[] of(int rank) {
    @Nullable Group[] mine = new @Nullable Group[ofKind.length];
    for (int k = 0; k < mine.length; k++) {
      PartedRanks groups = ofKind[k];
      int group = groups == null ? PartedRanks.NO_GROUP : groups.groupOf(rank);
      mine[k] = groups == null || group == PartedRanks.NO_GROUP ? null : groups.group(group);
    }
    return mine;
  }

  private final class AllGroups extends AbstractList<Group> implements RandomAccess {
    private final int size = parted.stream().mapToInt(PartedRanks::groups).sum();

    @Override
    public Group get(int index) {
      int rest = index;
      for (PartedRanks groups : parted) {
        if (rest < groups.groups()) {
          return groups.group(rest);
        }
        rest -= groups.groups();
      }
      throw new IndexOutOfBoundsException(index);
    }

    @Override
    public int size() {
      return size;
    }
  }
}
