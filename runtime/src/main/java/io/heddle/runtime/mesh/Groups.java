package io.heddle.runtime.mesh;

import java.util.ArrayList;
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
public final class Groups {
  private final List<Group> all;
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
    @Nullable Group[][] byParting = new @Nullable Group[drafts.size()][mesh.ranks()];
    for (int p = 0; p < drafts.size(); p++) {
      for (int i = 0; i < drafts.get(p).size(); i++) {
        Draft draft = drafts.get(p).get(i);
        Group group = new Group(ids[p][i], draft.name(), draft.axes(), rings.get(p).get(i));
        all.add(group);
        for (int member : draft.ranks()) {
          byParting[p][member] = group;
        }
      }
    }
    this.byKindAndRank = new @Nullable Group[kinds.size()][];
    for (int k = 0; k < kinds.size(); k++) {
      byKindAndRank[k] = byParting[partingOfKind[k]];
    }
  }

  /** Every group, kind by kind. */
  public List<Group> all() {
    return List.copyOf(all);
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

  /** A kind as it is on one mesh: the numbers of its axes, all larger than 1, outermost first. */
  private record Parting(List<Integer> axes, GroupKind.Members members) {

    static Parting of(Mesh mesh, GroupKind kind) {
      List<Integer> live = new ArrayList<>();
      for (int i = 0; i < mesh.axes().size(); i++) {
        Axis axis = mesh.axes().get(i);
        if (axis.size() > 1 && kind.axes().contains(axis.name())) {
          live.add(i);
        }
      }
      boolean endsAreAll = live.size() == 1 && mesh.axes().get(live.get(0)).size() == 2;
      return new Parting(live, endsAreAll ? GroupKind.Members.ALL : kind.members());
    }

    List<Draft> groups(Mesh mesh) {
      if (axes.isEmpty()) {
        return List.of();
      }
      Map<Integer, List<Integer>> byOrigin = new LinkedHashMap<>();
      for (int rank = 0; rank < mesh.ranks(); rank++) {
        int origin = rank;
        boolean end = true;
        for (int axis : axes) {
          int coordinate = mesh.coordinate(rank, axis);
          origin -= coordinate * mesh.stride(axis);
          end &= coordinate == 0 || coordinate == mesh.axes().get(axis).size() - 1;
        }
        if (end || members == GroupKind.Members.ALL) {
          byOrigin.computeIfAbsent(origin, unused -> new ArrayList<>()).add(rank);
        }
      }
      List<String> names = axes.stream().map(axis -> mesh.axes().get(axis).name()).toList();
      List<Draft> drafts = new ArrayList<>();
      byOrigin.forEach(
          (origin, ranks) -> drafts.add(new Draft(name(mesh, names, origin), names, ranks)));
      return drafts;
    }

    private String name(Mesh mesh, List<String> names, int origin) {
      StringBuilder name = new StringBuilder(String.join(".", names));
      if (members == GroupKind.Members.ENDS) {
        name.append(".ends");
      }
      String separator = "@";
      for (int i = 0; i < mesh.axes().size(); i++) {
        if (!axes.contains(i) && mesh.axes().get(i).size() > 1) {
          name.append(separator).append(mesh.axes().get(i).name());
          name.append(mesh.coordinate(origin, i));
          separator = ".";
        }
      }
      return name.toString();
    }
  }
}
