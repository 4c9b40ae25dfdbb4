package io.heddle.plan.mesh;

import io.heddle.plan.marker.Api;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.RandomAccess;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The ranks of a plan, parted into groups of one size that have no rank in common. It is kept as
 * arrays of numbers, for there are as many groups as ranks over their size; a {@link Group} is made
 * when it is first asked for.
 */
@Api
public final class PartedRanks {
  /** In place of the number of a group, where a rank is in none. */
  public static final int NO_GROUP = -1;

  private final Mesh mesh;
  private final Parting parting;
  private final Place place;
  private final List<String> axes;
  private final int size;
  private final int[] rings;
  private final int[] groupOfRank;
  private final int[] ids;
  private final AtomicReferenceArray<@Nullable Group> made;

  /**
   * Where the ranks of a mesh stand among others.
   *
   * @param rank number of the first of them
   * @param name begins the names of their groups
   */
  record Place(int rank, String name) {
    static final Place ALONE = new Place(0, "");
  }

  private PartedRanks(
      Mesh mesh, Parting parting, int size, int[] rings, int[] groupOfRank, int[] ids) {
    this(mesh, parting, Place.ALONE, size, rings, groupOfRank, ids);
  }

  private PartedRanks(
      Mesh mesh,
      Parting parting,
      Place place,
      int size,
      int[] rings,
      int[] groupOfRank,
      int[] ids) {
    this.place = place;
    this.mesh = mesh;
    this.parting = parting;
    this.axes = parting.axes();
    this.size = size;
    this.rings = rings;
    this.groupOfRank = groupOfRank;
    this.ids = ids;
    this.made = new AtomicReferenceArray<>(ids.length);
  }

  /** Groups without ids, in the order of their lowest ranks. */
  static PartedRanks of(Mesh mesh, Parting parting, RingOrder ringOrder) {
    List<Coordinate> differing = parting.differing(mesh);
    Coordinate[] shared = parting.shared(mesh).toArray(new Coordinate[0]);
    int size = parting.groupSize();
    int places = 1;
    for (Coordinate coordinate : shared) {
      places *= coordinate.size();
    }
    NodeLevel level = parting.level();
    int whole = parting.wholeSize();
    int parts = level == null ? 1 : level.groups(whole);
    int[] metOfWhole = new int[places];
    places *= parts;
    int[] groupOfPlace = new int[places];
    Arrays.fill(groupOfPlace, NO_GROUP);
    int[] groupOfRank = new int[mesh.ranks()];
    int[] rings = new int[places * size];
    int[] filled = new int[places];
    int groups = 0;
    for (int rank = 0; rank < groupOfRank.length; rank++) {
      if (!parting.takesPart(differing, rank)) {
        groupOfRank[rank] = NO_GROUP;
        continue;
      }
      int place = 0;
      for (Coordinate coordinate : shared) {
        place = place * coordinate.size() + coordinate.of(rank);
      }
      if (level != null) {
        place = place * parts + level.groupOf(metOfWhole[place]++);
      }
      int group = groupOfPlace[place];
      if (group == NO_GROUP) {
        group = groups++;
        groupOfPlace[place] = group;
      }
      groupOfRank[rank] = group;
      rings[group * size + filled[group]++] = rank;
    }
    RingOrder.Arranger arranger = ringOrder.arranger();
    for (int group = 0; group < groups; group++) {
      arranger.arrange(rings, group * size, size);
    }
    return new PartedRanks(mesh, parting, size, rings, groupOfRank, new int[groups]);
  }

  /** The same groups with ids. */
  PartedRanks numbered(int[] withIds) {
    return new PartedRanks(mesh, parting, size, rings, groupOfRank, withIds);
  }

  /**
   * The same groups of ranks that stand among others.
   *
   * @param firstId what their ids are larger by
   */
  PartedRanks at(Place among, int firstId) {
    int[] movedRings = Arrays.stream(rings).map(rank -> rank + among.rank()).toArray();
    int[] movedIds = Arrays.stream(ids).map(id -> id + firstId).toArray();
    return new PartedRanks(mesh, parting, among, size, movedRings, groupOfRank, movedIds);
  }

  /** Number of groups. */
  public int groups() {
    return ids.length;
  }

  /** Members of each group. */
  public int groupSize() {
    return size;
  }

  /** The axes along which members of a group differ, outermost first. */
  public List<String> axes() {
    return axes;
  }

  /** Number of a rank's group, from 0; {@link #NO_GROUP} where it is in none. */
  public int groupOf(int rank) {
    int ofMesh = rank - place.rank();
    return ofMesh < 0 || ofMesh >= groupOfRank.length ? NO_GROUP : groupOfRank[ofMesh];
  }

  /** The rank at a position of a group's ring, from 0. */
  public int member(int group, int position) {
    return rings[group * size + position];
  }

  /** The members of a group in the order of their ring. */
  public int[] ring(int group) {
    return Arrays.copyOfRange(rings, group * size, (group + 1) * size);
  }

  /** The {@linkplain Group#id id} of a group. */
  public int id(int group) {
    return ids[group];
  }

  /** A group by its number: the same object each time. */
  public Group group(int group) {
    Group known = made.get(group);
    if (known == null) {
      int[] ring = ring(group);
      made.compareAndSet(group, null, new Group(ids[group], name(lowest(ring)), axes, ring));
      known = made.get(group);
    }
    return known;
  }

  private String name(int member) {
    return place.name() + parting.name(mesh, member - place.rank());
  }

  private static int lowest(int[] ranks) {
    int lowest = ranks[0];
    for (int rank : ranks) {
      lowest = Math.min(lowest, rank);
    }
    return lowest;
  }

  /** All groups. */
  public List<Group> all() {
    return new AllGroups();
  }

  private final class AllGroups extends AbstractList<Group> implements RandomAccess {
    @Override
    public Group get(int index) {
      return group(index);
    }

    @Override
    public int size() {
      return groups();
    }
  }
}
