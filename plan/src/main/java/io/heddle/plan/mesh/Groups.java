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
import java.util.stream.Stream;
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
  private final @Nullable PartedRanks[] insideOfKind;
  private final @Nullable PartedRanks[] betweenOfKind;
  private final int[] partedOfId;
  private final int[] groupOfId;

  /**
   * @param mesh the ranks
   * @param kinds a kind's number is its place in this list
   * @param ringOrder order of the members of every group on its ring
   */
  public Groups(Mesh mesh, List<GroupKind> kinds, RingOrder ringOrder) {
    Map<Parting, PartedRanks> partings = new LinkedHashMap<>();
    List<Parting> partingOfKind = new ArrayList<>();
    List<@Nullable TwoLevels> levelsOfKind = new ArrayList<>();
    for (GroupKind kind : kinds) {
      Parting parting = Parting.of(mesh, kind);
      partingOfKind.add(parting);
      TwoLevels levels = TwoLevels.of(mesh, kind, ringOrder);
      levelsOfKind.add(levels);
      Stream.concat(Stream.of(parting), Stream.ofNullable(levels).flatMap(TwoLevels::partings))
          .filter(each -> !each.isEmpty())
          .forEach(
              each ->
                  partings.computeIfAbsent(each, unused -> PartedRanks.of(mesh, each, ringOrder)));
    }
    int[][] ids = GroupIds.number(mesh.ranks(), List.copyOf(partings.values()));
    List<PartedRanks> numbered = new ArrayList<>();
    for (Map.Entry<Parting, PartedRanks> entry : partings.entrySet()) {
      PartedRanks groups = entry.getValue().numbered(ids[numbered.size()]);
      numbered.add(groups);
      entry.setValue(groups);
    }
    this.parted = List.copyOf(numbered);
    this.ofKind = new @Nullable PartedRanks[kinds.size()];
    this.insideOfKind = new @Nullable PartedRanks[kinds.size()];
    this.betweenOfKind = new @Nullable PartedRanks[kinds.size()];
    for (int k = 0; k < ofKind.length; k++) {
      ofKind[k] = partings.get(partingOfKind.get(k));
      TwoLevels levels = levelsOfKind.get(k);
      if (levels != null) {
        insideOfKind[k] = partings.get(levels.inside());
        betweenOfKind[k] = partings.get(levels.between());
      }
    }
    int largest = Arrays.stream(ids).flatMapToInt(Arrays::stream).max().orElse(0);
    this.partedOfId = new int[largest + 1];
    this.groupOfId = new int[largest + 1];
    index();
  }

  private Groups(List<PartedRanks> parted, int largestId) {
    this.parted = List.copyOf(parted);
    this.ofKind = new @Nullable PartedRanks[0];
    this.insideOfKind = new @Nullable PartedRanks[0];
    this.betweenOfKind = new @Nullable PartedRanks[0];
    this.partedOfId = new int[largestId + 1];
    this.groupOfId = new int[largestId + 1];
    index();
  }

  private void index() {
    Arrays.fill(groupOfId, PartedRanks.NO_GROUP);
    for (int p = 0; p < parted.size(); p++) {
      PartedRanks groups = parted.get(p);
      for (int group = 0; group < groups.groups(); group++) {
        partedOfId[groups.id(group)] = p;
        groupOfId[groups.id(group)] = group;
      }
    }
  }

  /**
   * A mesh whose ranks stand among those of others.
   *
   * @param groups of its ranks alone
   * @param firstRank number of its first rank
   * @param name begins the names of its groups
   */
  public record Part(Groups groups, int firstRank, String name) {}

  /**
   * The groups of meshes that stand side by side. Ids of each follow those of the one before it: as
   * groups of two meshes share no hop, AstraSim confuses none that it does not confuse in one. They
   * are of no kinds.
   */
  public static Groups sideBySide(List<Part> parts) {
    List<PartedRanks> all = new ArrayList<>();
    int firstId = 0;
    for (Part part : parts) {
      PartedRanks.Place place = new PartedRanks.Place(part.firstRank(), part.name());
      for (PartedRanks each : part.groups().parted()) {
        all.add(each.at(place, firstId));
      }
      firstId = Math.addExact(firstId, part.groups().largestId());
    }
    return new Groups(all, firstId);
  }

  /**
   * The groups of one rank of each kind, without those of all others; null where the rank is in
   * none. Members and rings are the plan's, ids are not: that of a kind's group is its number and
   * 1, those of its levels are as much more as there are kinds, and twice that.
   */
  public static @Nullable Group[] around(
      int rank, Mesh mesh, List<GroupKind> kinds, RingOrder ringOrder) {
    Map<Parting, Group> known = new HashMap<>();
    @Nullable Group[] mine = new @Nullable Group[kinds.size()];
    for (int k = 0; k < mine.length; k++) {
      Parting parting = Parting.of(mesh, kinds.get(k));
      Group whole = around(rank, mesh, parting, ringOrder, known, k + 1);
      TwoLevels levels = TwoLevels.of(mesh, kinds.get(k), ringOrder);
      if (levels != null && whole != null) {
        int id = mine.length + k + 1;
        Group inside = around(rank, mesh, levels.inside(), ringOrder, known, id);
        Group between = around(rank, mesh, levels.between(), ringOrder, known, mine.length + id);
        whole = inLevels(whole, inside, between);
      }
      mine[k] = whole;
    }
    return mine;
  }

  /** The number of the kind of a group that {@link #around} gave, or a level of one. */
  public static int kindOf(Group group, int kinds) {
    return (group.id() - 1) % kinds;
  }

  /**
   * Of the groups of another rank that {@link #around} gave, the one of the same kind and level;
   * null where it is in none.
   */
  public static @Nullable Group like(Group group, @Nullable Group[] others) {
    Group whole = others[kindOf(group, others.length)];
    int level = (group.id() - 1) / others.length;
    return whole == null || level == 0 ? whole : level == 1 ? whole.inside() : whole.between();
  }

  private static @Nullable Group inLevels(
      @Nullable Group whole, @Nullable Group inside, @Nullable Group between) {
    return whole == null || inside == null || between == null
        ? whole
        : whole.inLevels(inside, between);
  }

  private static @Nullable Group around(
      int rank,
      Mesh mesh,
      Parting parting,
      RingOrder ringOrder,
      Map<Parting, Group> known,
      int id) {
    int[] members = known.containsKey(parting) ? null : parting.group(mesh, rank);
    if (members == null) {
      return known.get(parting);
    }
    String name = parting.name(mesh, members[0]);
    ringOrder.arranger().arrange(members, 0, members.length);
    Group made = new Group(id, name, parting.axes(), members);
    known.put(parting, made);
    return made;
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

  /** How many kinds of groups there are. */
  public int kinds() {
    return ofKind.length;
  }

  /** The group of {@code rank} of each kind; null where the rank is in none. */
  public @Nullable Group[] of(int rank) {
    @Nullable Group[] mine = new @Nullable Group[ofKind.length];
    for (int k = 0; k < mine.length; k++) {
      mine[k] =
          inLevels(
              groupOf(ofKind[k], rank),
              groupOf(insideOfKind[k], rank),
              groupOf(betweenOfKind[k], rank));
    }
    return mine;
  }

  private static @Nullable Group groupOf(@Nullable PartedRanks groups, int rank) {
    int group = groups == null ? PartedRanks.NO_GROUP : groups.groupOf(rank);
    return groups == null || group == PartedRanks.NO_GROUP ? null : groups.group(group);
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
