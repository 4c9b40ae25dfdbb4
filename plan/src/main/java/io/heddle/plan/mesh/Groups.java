package io.heddle.plan.mesh;

import io.heddle.plan.marker.Api;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All groups of a plan. Axes of size 1 drop out of a kind; kinds that are the same then share their
 * groups; a group of one rank is none. Ids depend on mesh, kinds and network alone, so that all
 * ranks agree without talking.
 */
@Api
public final class Groups {
  private final List<Group> all;
  private final List<List<Group>> byParting = new ArrayList<>();
  private final @Nullable Group[][] byKindAndRank;

  /**
   * @param mesh the ranks
   * @param kinds a kind's number is its place in this list
   * @param ringOrder order of the members of every group on its ring
   */
  public Groups(Mesh mesh, List<GroupKind> kinds, RingOrder ringOrder) {
    Map<Parting, Integer> partings = new LinkedHashMap<>();
    int[] partingOfKind = new int[kinds.size()];
    for (int k = 0; k < kinds.size(); k++) {
      Parting parting = Parting.of(mesh, kinds.get(k));
      partingOfKind[k] = partings.computeIfAbsent(parting, unused -> partings.size());
    }

    List<List<Draft>> drafts = new ArrayList<>();
    List<List<int[]>> rings = new ArrayList<>();
    for (Parting parting : partings.keySet()) {
      List<Draft> groups = parting.groups(mesh);
      drafts.add(groups);
      rings.add(groups.stream().map(group -> ringOrder.order(group.ranks())).toList());
    }
    int[][] ids = GroupIds.number(mesh.ranks(), rings);

    this.all = new ArrayList<>();
    @Nullable Group[][] ofRank = new @Nullable Group[drafts.size()][mesh.ranks()];
    for (int p = 0; p < drafts.size(); p++) {
      List<Group> groups = new ArrayList<>();
      for (int i = 0; i < drafts.get(p).size(); i++) {
        Draft draft = drafts.get(p).get(i);
        Group group = new Group(ids[p][i], draft.name(), draft.axes(), rings.get(p).get(i));
        all.add(group);
        groups.add(group);
        for (int member : draft.ranks()) {
          ofRank[p][member] = group;
        }
      }
      if (!groups.isEmpty()) {
        byParting.add(List.copyOf(groups));
      }
    }
    this.byKindAndRank = new @Nullable Group[kinds.size()][];
    for (int k = 0; k < kinds.size(); k++) {
      byKindAndRank[k] = ofRank[partingOfKind[k]];
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
      Draft draft = same < k ? null : partings[k].group(mesh, rank);
      if (draft != null) {
        mine[k] = new Group(k + 1, draft.name(), draft.axes(), ringOrder.order(draft.ranks()));
      } else if (same < k) {
        mine[k] = mine[same];
      }
    }
    return mine;
  }

  /** Every group, kind by kind. */
  public List<Group> all() {
    return List.copyOf(all);
  }

  /**
   * Every group by how ranks are parted: a list for each way of parting them into groups that
   * occurs; groups of one list have no rank in common.
   */
  public List<List<Group>> byKind() {
    return List.copyOf(byParting);
  }

  /** Groups by id. */
  public Map<Integer, Group> byId() {
    Map<Integer, Group> byId = new HashMap<>();
    all.forEach(group -> byId.put(group.id(), group));
    return byId;
  }

  /** The group of {@code rank} of each kind; null where the rank is in none. */
  public @Nullable Group[] of(int rank) {
    @Nullable Group[] mine = new @Nullable Group[byKindAndRank.length];
    for (int k = 0; k < mine.length; k++) {
      mine[k] = byKindAndRank[k][rank];
    }
    return mine;
  }

  private record Draft(String name, List<String> axes, List<Integer> ranks) {}

  /**
   * A kind as it is on one mesh.
   *
   * @param described the axes larger than 1 with which its groups are described, outermost first
   * @param along those of them along which members differ
   */
  private record Parting(List<Axis> described, List<Axis> along, GroupKind.Members members) {

    static Parting of(Mesh mesh, GroupKind kind) {
      List<Axis> described =
          mesh.axesFor(kind.axes()).stream().filter(axis -> axis.size() > 1).toList();
      List<Axis> along =
          described.stream().filter(axis -> kind.axes().contains(axis.name())).toList();
      boolean endsAreAll = along.size() == 1 && along.get(0).size() == 2;
      return new Parting(described, along, endsAreAll ? GroupKind.Members.ALL : kind.members());
    }

    List<Draft> groups(Mesh mesh) {
      if (along.isEmpty()) {
        return List.of();
      }
      Map<Long, List<Integer>> byPlace = new LinkedHashMap<>();
      for (int rank = 0; rank < mesh.ranks(); rank++) {
        if (members == GroupKind.Members.ALL || isEnd(mesh, rank)) {
          byPlace.computeIfAbsent(place(mesh, rank), unused -> new ArrayList<>()).add(rank);
        }
      }
      List<String> names = along.stream().map(Axis::name).toList();
      List<Draft> drafts = new ArrayList<>();
      byPlace.forEach(
          (place, ranks) -> drafts.add(new Draft(name(mesh, names, ranks.get(0)), names, ranks)));
      return drafts;
    }

    /** The group of a rank; null where it is in none. */
    @Nullable Draft group(Mesh mesh, int rank) {
      if (along.isEmpty() || (members == GroupKind.Members.ENDS && !isEnd(mesh, rank))) {
        return null;
      }
      List<Integer> ranks = List.of(rank);
      for (Axis axis : along) {
        List<Integer> more = new ArrayList<>();
        for (int member : ranks) {
          for (int at = 0; at < axis.size(); at++) {
            int moved = mesh.moved(member, axis.name(), at);
            if (members == GroupKind.Members.ALL || at == 0 || at == axis.size() - 1) {
              more.add(moved);
            }
          }
        }
        ranks = more;
      }
      ranks = ranks.stream().sorted().toList();
      List<String> names = along.stream().map(Axis::name).toList();
      return new Draft(name(mesh, names, rank), names, ranks);
    }

    /** The coordinates that the members of a group share, as one number. */
    private long place(Mesh mesh, int rank) {
      long place = 0;
      for (Axis axis : described) {
        if (!along.contains(axis)) {
          place = place * axis.size() + mesh.coordinate(rank, axis.name());
        }
      }
      return place;
    }

    private boolean isEnd(Mesh mesh, int rank) {
      for (Axis axis : along) {
        int coordinate = mesh.coordinate(rank, axis.name());
        if (coordinate != 0 && coordinate != axis.size() - 1) {
          return false;
        }
      }
      return true;
    }

    private String name(Mesh mesh, List<String> names, int member) {
      StringBuilder name = new StringBuilder(String.join(".", names));
      if (members == GroupKind.Members.ENDS) {
        name.append(".ends");
      }
      String separator = "@";
      for (Axis axis : described) {
        if (!along.contains(axis)) {
          name.append(separator).append(axis.name());
          name.append(mesh.coordinate(member, axis.name()));
          separator = ".";
        }
      }
      return name.toString();
    }
  }
}
