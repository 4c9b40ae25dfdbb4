package io.heddle.plan.mesh;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The members of a group on one level of a sum that goes in two: those in one node, or those at one
 * place in each node.
 *
 * @param isInside whether those in one node
 * @param nodeRanks ranks of a node
 * @param insideSize members of a group in each node
 */
record NodeLevel(boolean isInside, int nodeRanks, int insideSize) {
  /**
   * How many members of each group a node has, where it has several but not all, and as many of
   * each group; otherwise 0.
   *
   * @param nodeRanks ranks of a node; 0 where there are no nodes
   */
  static int insideSize(Mesh mesh, Parting whole, int nodeRanks) {
    if (whole.isEmpty()
        || whole.members() != GroupKind.Members.ALL
        || !areNodesBlocks(mesh.axes(), nodeRanks)) {
      return 0;
    }
    int inside = 0;
    for (int first : firstMembers(mesh, whole)) {
      int[] group = whole.group(mesh, first);
      int here = group == null ? 0 : evenShare(group, nodeRanks);
      if (here <= 1 || here == whole.groupSize() || (inside != 0 && inside != here)) {
        return 0;
      }
      inside = here;
    }
    return inside;
  }

  /**
   * Whether the ranks of a node have all coordinates along some innermost axes, and a share of the
   * next that divides it. Then groups along axes of the mesh lie in nodes alike.
   */
  private static boolean areNodesBlocks(List<Axis> axes, int nodeRanks) {
    long block = 1;
    for (int i = axes.size() - 1; i >= 0 && nodeRanks > 0; i--) {
      long next = block * axes.get(i).size();
      if (nodeRanks % block == 0 && next % nodeRanks == 0) {
        return true;
      }
      block = next;
    }
    return false;
  }

  /** A rank of each group that may lie differently: a view's axes are not blocks of ranks. */
  private static List<Integer> firstMembers(Mesh mesh, Parting whole) {
    List<Integer> ranks = List.of(0);
    for (Axis axis : whole.described()) {
      if (mesh.indexOf(axis.name()) < 0 && !whole.along().contains(axis)) {
        List<Integer> more = new ArrayList<>();
        for (int rank : ranks) {
          for (int at = 0; at < axis.size(); at++) {
            more.add(mesh.moved(rank, axis.name(), at));
          }
        }
        ranks = more;
      }
    }
    return ranks;
  }

  /** How many of the ranks, which rise, each node has of which it has any; 0 if that differs. */
  static int evenShare(int[] ranks, int nodeRanks) {
    int share = 0;
    int begin = 0;
    for (int i = 1; i <= ranks.length; i++) {
      if (i == ranks.length || ranks[i] / nodeRanks != ranks[begin] / nodeRanks) {
        if (share != 0 && share != i - begin) {
          return 0;
        }
        share = i - begin;
        begin = i;
      }
    }
    return share;
  }

  /** Members of a group on this level. */
  int groupSize(int whole) {
    return isInside ? insideSize : whole / insideSize;
  }

  /** Into how many groups a whole one of so many members is parted. */
  int groups(int whole) {
    return whole / groupSize(whole);
  }

  /** The number, among those of the whole group, of the group of its member at a place. */
  int groupOf(int place) {
    return isInside ? place / insideSize : place % insideSize;
  }

  /** The members with a rank, of all those of its whole group, which rise. */
  int[] of(int[] whole, int rank) {
    int mine = groupOf(Arrays.binarySearch(whole, rank));
    int[] members = new int[groupSize(whole.length)];
    int next = 0;
    for (int i = 0; i < whole.length; i++) {
      if (groupOf(i) == mine) {
        members[next++] = whole[i];
      }
    }
    return members;
  }

  /** What the names of groups have behind their axes. */
  String suffix() {
    return isInside ? ".inside" : ".between";
  }

  /** What tells a group from others of its whole group. */
  String number(int lowestMember) {
    return isInside ? "node" + lowestMember / nodeRanks : "place" + lowestMember % nodeRanks;
  }
}
